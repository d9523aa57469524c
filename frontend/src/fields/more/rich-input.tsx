/** Text with formats, edited as it looks and kept as Markdown. */

import { Editor } from "@tiptap/core";
import { TaskItem, TaskList } from "@tiptap/extension-list";
import { Markdown as MarkdownSupport } from "@tiptap/markdown";
import StarterKit from "@tiptap/starter-kit";
import {
  Bold,
  Code,
  Heading2,
  Italic,
  Link,
  List,
  ListOrdered,
  ListTodo,
  type LucideIcon,
  Strikethrough,
  TextQuote,
} from "lucide-react";
import { useEffect, useReducer, useRef, useState } from "react";
import { webAddress } from "@/grid/cells/address";
import { cx } from "@/lib/cx";
import { type Key, t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/input";
import type { FieldInputProps } from "../field-input";
import css from "./controls.module.css";
import rich from "./more.module.css";
import { type OpenProps, Reading } from "./reading";

interface Tool {
  readonly icon: LucideIcon;
  readonly label: Key;
  readonly mark: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly run: (editor: Editor) => void;
}

const tools: readonly Tool[] = [
  { icon: Bold, label: "kinds.bold", mark: "bold", run: (e) => e.chain().focus().toggleBold().run() },
  { icon: Italic, label: "kinds.italic", mark: "italic", run: (e) => e.chain().focus().toggleItalic().run() },
  {
    icon: Strikethrough,
    label: "kinds.strike",
    mark: "strike",
    run: (e) => e.chain().focus().toggleStrike().run(),
  },
  {
    icon: Heading2,
    label: "kinds.heading",
    mark: "heading",
    run: (e) => e.chain().focus().toggleHeading({ level: 2 }).run(),
  },
  {
    icon: List,
    label: "kinds.bullets",
    mark: "bulletList",
    run: (e) => e.chain().focus().toggleBulletList().run(),
  },
  {
    icon: ListOrdered,
    label: "kinds.numbers",
    mark: "orderedList",
    run: (e) => e.chain().focus().toggleOrderedList().run(),
  },
  {
    icon: ListTodo,
    label: "kinds.tasks",
    mark: "taskList",
    run: (e) => e.chain().focus().toggleTaskList().run(),
  },
  {
    icon: TextQuote,
    label: "kinds.quote",
    mark: "blockquote",
    run: (e) => e.chain().focus().toggleBlockquote().run(),
  },
  { icon: Code, label: "kinds.code", mark: "code", run: (e) => e.chain().focus().toggleCode().run() },
];

function LinkTool({ editor }: { readonly editor: Editor }) {
  const [address, setAddress] = useState<string>();
  function apply(): void {
    const to = webAddress(address ?? "");
    const chain = editor.chain().focus().extendMarkRange("link");
    if (to === undefined) {
      chain.unsetLink().run();
    } else {
      chain.setLink({ href: to }).run();
    }
    setAddress(undefined);
  }
  return (
    <>
      <IconButton
        label={t("kinds.link")}
        active={editor.isActive("link")}
        onClick={() => setAddress(String(editor.getAttributes("link").href ?? ""))}
      >
        <Link size={16} />
      </IconButton>
      {address !== undefined && (
        <Input
          autoFocus
          size={30}
          value={address}
          aria-label={t("kinds.linkAddress")}
          placeholder={t("kinds.linkAddress")}
          onChange={setAddress}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              apply();
            } else if (event.key === "Escape") {
              event.stopPropagation();
              setAddress(undefined);
            }
          }}
          onBlur={apply}
        />
      )}
    </>
  );
}

function Toolbar({ editor }: { readonly editor: Editor }) {
  return (
    <div role="toolbar" aria-label={t("kinds.format")} className={css.tools}>
      {tools.map(({ icon: Icon, label, mark, run }) => (
        <IconButton
          key={mark}
          label={t(label as "kinds.bold")}
          active={editor.isActive(mark)}
          aria-pressed={editor.isActive(mark)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => run(editor)}
        >
          <Icon size={16} />
        </IconButton>
      ))}
      <LinkTool editor={editor} />
    </div>
  );
}

function useEditor(text: string, label: string) {
  const [editor, setEditor] = useState<Editor>();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const box = useRef<HTMLDivElement>(null);
  // The editor draws its part of the page itself.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it starts with the text of the moment
  useEffect(() => {
    const made = new Editor({
      element: box.current,
      extensions: [
        StarterKit.configure({ link: { openOnClick: false, protocols: ["http", "https", "mailto"] } }),
        TaskList,
        TaskItem.configure({ nested: true }),
        MarkdownSupport,
      ],
      content: text,
      contentType: "markdown",
      autofocus: "end",
      editorProps: { attributes: { "aria-label": label, role: "textbox", "aria-multiline": "true" } },
      onTransaction: redraw,
    });
    setEditor(made);
    return () => made.destroy();
  }, []);
  return { editor, box };
}

function RichOpen({ field, value, onChange, onClose }: OpenProps) {
  const before = String(value ?? "");
  const { editor, box } = useEditor(before, field.name);
  function finish(): void {
    const text = editor?.getMarkdown().trim() ?? before;
    if (text !== before.trim()) {
      onChange(text === "" ? null : text);
    }
    onClose();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears of keys and of the focus going
    <div
      className={css.editor}
      onBlur={(event) => {
        if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget)) {
          finish();
        }
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
          event.stopPropagation();
          finish();
        }
      }}
    >
      {editor && <Toolbar editor={editor} />}
      <div ref={box} className={cx(rich.rich, css.page)} />
      <div className={css.ends}>
        <Button kind="primary" onClick={finish}>
          {t("kinds.done")}
        </Button>
      </div>
    </div>
  );
}

export function RichInput(props: FieldInputProps) {
  const [open, setOpen] = useState(false);
  return open ? (
    <RichOpen {...props} onClose={() => setOpen(false)} />
  ) : (
    <Reading {...props} onOpen={() => setOpen(true)} />
  );
}
