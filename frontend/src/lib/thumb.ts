/** Where the server gives a picture that fits into a square of `size` pixels. */
export function thumbOf(url: string, size: number): string {
  if (!url.startsWith("/api/")) {
    return url;
  }
  const [path = url, query] = url.split("?");
  return `${path}/thumb?${query === undefined ? "" : `${query}&`}size=${size}`;
}
