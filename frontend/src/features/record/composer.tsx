import { AtSign, SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import type { Member } from "@/api/types";
import { useFields } from "@/fields/context";
import { matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import popup from "@/ui/popup.module.css";
import { mentionAt, withIds } from "./mentions";
import css from "./record.module.css";

interface Mention {
  readonly start: number;
  readonly query: string;
}

function useMention(members: readonly Member[], mention: Mention | undefined) {
  const [active, setActive] = useState(0);
  const found =
    mention === undefined
      ? []
      : members.filter((one) => !one.suspended && matches(mention.query, one.name, one.email)).slice(0, 8);
  return { found, active: Math.min(active, Math.max(0, found.length - 1)), setActive };
}

/** Where a comment is written; @ names colleagues, Enter sends. */
export function Composer({ onSend }: { readonly onSend: (text: string) => Promise<boolean> }) {
  const { members } = useFields();
  const [text, setText] = useState("");
  const [mention, setMention] = useState<Mention>();
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const { found, active, setActive } = useMention(members, mention);

  function handleText(next: string, caret: number): void {
    setText(next);
    setMention(mentionAt(next, caret));
    setActive(0);
  }

  function pick(member: Member | undefined): void {
    if (member === undefined || mention === undefined) {
      return;
    }
    const rest = text.slice(mention.start + 1 + mention.query.length);
    setText(`${text.slice(0, mention.start)}@${member.name} ${rest.trimStart()}`);
    setMention(undefined);
    area.current?.focus();
  }

  async function send(): Promise<void> {
    const ready = withIds(text.trim(), members);
    if (ready === "" || busy) {
      return;
    }
    setBusy(true);
    if (await onSend(ready)) {
      setText("");
    }
    setBusy(false);
    area.current?.focus();
  }

  /** Keys of the open list of people; answers whether it took the key. */
  function handleListKey(key: string): boolean {
    if (key === "ArrowDown" || key === "ArrowUp") {
      setActive((active + (key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else if (key === "Enter" || key === "Tab") {
      pick(found[active]);
    } else if (key === "Escape") {
      setMention(undefined);
    } else {
      return false;
    }
    return true;
  }

  function handleKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    event.stopPropagation();
    if (found.length > 0 && handleListKey(event.key)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void send();
    }
  }

  return (
    <div className={css.composer}>
      {found.length > 0 && (
        <div role="listbox" aria-label={t("record.mention")} className={css.people}>
          {found.map((member, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the text area handles the keys
            <div
              key={member.id}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              data-active={index === active}
              className={popup.item}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(member)}
            >
              <Avatar id={member.id} name={member.name} size={20} />
              <span className={popup.grow}>{member.name}</span>
              <span className={popup.hint}>{member.email}</span>
            </div>
          ))}
        </div>
      )}
      <div className={css.box}>
        <textarea
          ref={area}
          rows={1}
          maxLength={10_000}
          value={text}
          aria-label={t("record.writeComment")}
          placeholder={t("record.writeComment")}
          onChange={(event) => handleText(event.target.value, event.target.selectionStart)}
          onKeyDown={handleKey}
        />
        <IconButton
          label={t("record.mention")}
          onClick={() => {
            const next = `${text}${text === "" || text.endsWith(" ") ? "" : " "}@`;
            handleText(next, next.length);
            area.current?.focus();
          }}
        >
          <AtSign />
        </IconButton>
        <IconButton
          label={t("record.send")}
          disabled={busy || text.trim() === ""}
          onClick={() => void send()}
        >
          <SendHorizontal />
        </IconButton>
      </div>
    </div>
  );
}
