/** The product's mark. */
export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" aria-hidden="true">
      <defs>
        <linearGradient id="logo" x1="0" y1="0" x2="1" y2="1">
          <stop style={{ stopColor: "var(--b-500)" }} />
          <stop offset="1" style={{ stopColor: "var(--b-600)" }} />
        </linearGradient>
      </defs>
      <rect width="28" height="28" rx="8.5" fill="url(#logo)" />
      <rect x="6.5" y="6.5" width="9.5" height="9.5" rx="3" fill="#fff" fillOpacity=".5" />
      <rect x="12" y="12" width="9.5" height="9.5" rx="3" fill="#fff" />
    </svg>
  );
}
