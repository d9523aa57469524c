export function DepartmentsPage() {
  return <main />;
}
