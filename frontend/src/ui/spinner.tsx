import { LoaderCircle } from "lucide-react";
import css from "./button.module.css";

export function Spinner({ size = 16 }: { readonly size?: number }) {
  return <LoaderCircle className={css.spin} size={size} aria-hidden="true" />;
}
