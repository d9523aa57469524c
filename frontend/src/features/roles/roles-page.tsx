export function RolesPage() {
  return <main />;
}
