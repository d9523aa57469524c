export function MembersPage() {
  return <main />;
}
