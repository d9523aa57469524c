export function TemplatePage() {
  return <main />;
}
