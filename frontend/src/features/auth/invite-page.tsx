export function InvitePage() {
  return <main />;
}
