import { FileUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import css from "./file-drop.module.css";

const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

/** A file dropped anywhere on the page is handed over; answers whether one hangs above it. */
export function useFileDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const act = useRef(onFile);
  act.current = onFile;
  // The page as a whole is the target, outside React.
  useEffect(() => {
    let depth = 0;
    const handleEnter = (event: DragEvent) => {
      if (carriesFile(event)) {
        event.preventDefault();
        depth += 1;
        setOver(true);
      }
    };
    const handleOver = (event: DragEvent) => carriesFile(event) && event.preventDefault();
    const handleLeave = () => {
      depth = Math.max(0, depth - 1);
      setOver(depth > 0);
    };
    const handleDrop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      depth = 0;
      setOver(false);
      if (carriesFile(event)) {
        event.preventDefault();
      }
      if (file) {
        act.current(file);
      }
    };
    const list = { dragenter: handleEnter, dragover: handleOver, dragleave: handleLeave, drop: handleDrop };
    const entries = Object.entries(list) as [keyof typeof list, (event: DragEvent) => void][];
    for (const [name, listen] of entries) {
      window.addEventListener(name, listen);
    }
    return () => {
      for (const [name, listen] of entries) {
        window.removeEventListener(name, listen);
      }
    };
  }, []);
  return over;
}

/** Lies over the page while a file hangs above it. */
export function DropVeil({ text }: { readonly text: string }) {
  return (
    <div className={css.veil} role="status">
      <span>
        <FileUp size={26} strokeWidth={1.5} aria-hidden="true" />
        {text}
      </span>
    </div>
  );
}
