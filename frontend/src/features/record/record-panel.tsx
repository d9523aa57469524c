import { ChevronDown, ChevronUp, Copy, Ellipsis, Link, Maximize2, Minimize2, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { errorText } from "@/api/problem";
import { isTemporary } from "@/data/drafts";
import type { RecordPanelProps } from "@/data/panel";
import type { RecordEntry } from "@/data/record-cache";
import { useEntry } from "@/data/use-session";
import "@/fields/more/parts";
import { titleField } from "@/fields/options";
import { isComputed, typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { phone, useMedia } from "@/lib/use-media";
import { IconButton } from "@/ui/button";
import { Drawer } from "@/ui/drawer";
import { EmptyState } from "@/ui/empty-state";
import { Menu } from "@/ui/menu";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import css from "./record.module.css";
import { RecordBody } from "./record-body";

function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement && target.closest("input,textarea,[role=listbox],[role=grid]") !== null
  );
}

/** Keys of the page go to the panel if nothing else has the focus. */
function isOurs(target: EventTarget): boolean {
  return (
    target === document.body ||
    (target instanceof Element && target.closest("[role=dialog]")?.querySelector(`.${css.panel}`) != null)
  );
}

async function copyLink(id: string): Promise<void> {
  const url = new URL(window.location.href);
  url.searchParams.set("rec", id);
  await navigator.clipboard.writeText(url.href);
  toast({ kind: "good", text: t("record.linkCopied") });
}

interface TopProps extends RecordPanelProps {
  readonly full: boolean;
  readonly entry: RecordEntry | undefined;
  readonly onFull: (full: boolean) => void;
}

function useActs({ session, entity, entry, onClose, onOpen }: TopProps) {
  return {
    duplicate(): void {
      if (entry === undefined) {
        return;
      }
      const fields = Object.fromEntries(
        entity.fields
          .filter(
            (field) =>
              !isComputed(field) && field.type !== "secret" && !field.unique && field.right === "write",
          )
          .map(({ key }) => [key, entry.row.fields[key]]),
      );
      onOpen(session.add(fields, entry.record.id).id);
    },
    remove(): void {
      if (entry !== undefined) {
        onClose();
        session.remove([entry.record.id]);
      }
    },
  };
}

function Top(props: TopProps) {
  const { entity, id, index, count, onMove, onClose, full, onFull, entry } = props;
  const acts = useActs(props);
  const small = useMedia(phone);
  return (
    <div className={css.top}>
      {small && (
        <IconButton label={t("common.back")} onClick={onClose}>
          <X />
        </IconButton>
      )}
      <IconButton label={t("record.previous")} disabled={index <= 0} onClick={() => onMove(-1)}>
        <ChevronUp />
      </IconButton>
      <IconButton
        label={t("record.next")}
        disabled={index < 0 || index >= count - 1}
        onClick={() => onMove(1)}
      >
        <ChevronDown />
      </IconButton>
      {index >= 0 && (
        <span className={css.place}>
          {t("record.place", { index: formatNumber(index + 1), count: formatNumber(count) })}
        </span>
      )}
      <span className={css.space} />
      <IconButton label={t("record.copyLink")} onClick={() => void copyLink(id)}>
        <Link />
      </IconButton>
      {!small && (
        <IconButton label={t(full ? "record.narrow" : "record.full")} onClick={() => onFull(!full)}>
          {full ? <Minimize2 /> : <Maximize2 />}
        </IconButton>
      )}
      <Menu
        label={t("common.more")}
        align="end"
        trigger={
          <IconButton label={t("common.more")}>
            <Ellipsis />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "copy",
                label: t("record.duplicate"),
                icon: <Copy />,
                disabled: !entity.can.create,
                onSelect: acts.duplicate,
              },
            ],
          },
          {
            items: [
              {
                id: "delete",
                label: t("record.delete"),
                icon: <Trash2 />,
                danger: true,
                disabled: !entity.can.delete || entry?.record.can?.delete === false,
                onSelect: acts.remove,
              },
            ],
          },
        ]}
      />
      {!small && (
        <IconButton label={t("common.close")} onClick={onClose}>
          <X />
        </IconButton>
      )}
    </div>
  );
}

/** Loads the record of a link that the view has not loaded; says if there is none. */
function useLoaded({ session, id }: RecordPanelProps) {
  const entry = useEntry(session, id);
  const [error, setError] = useState<unknown>();
  const missing = entry === undefined && !isTemporary(id);
  // The record comes from the server.
  useEffect(() => {
    let here = true;
    if (missing) {
      setError(undefined);
      session.ensure(id).catch((problem: unknown) => here && setError(problem));
    }
    return () => {
      here = false;
    };
  }, [session, id, missing]);
  return { entry, error };
}

/** One record beside the grid, or on the whole page. */
export function RecordPanel(props: RecordPanelProps) {
  const { entity, onMove, onClose } = props;
  const [full, setFull] = useState(false);
  const { entry, error } = useLoaded(props);
  const title = titleField(entity);
  const name = title && entry ? typeOf(title).format(title, entry.row.fields[title.key]) : "";

  function handleKey(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented || event.target === null || !isOurs(event.target)) {
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !isTyping(event.target)) {
      event.preventDefault();
      setFull(!full);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      const delta = { j: 1, k: -1 }[event.key.toLowerCase()] as 1 | -1 | undefined;
      if (delta !== undefined) {
        event.preventDefault();
        onMove(delta);
      }
    }
  }

  const latest = useRef(handleKey);
  latest.current = handleKey;
  // A click on the panel's ground leaves the focus outside of it: keys are heard at the window.
  useEffect(() => {
    const listener = (event: KeyboardEvent) => latest.current(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  return (
    <Drawer
      open
      modal={false}
      onClose={onClose}
      label={name || t("record.record")}
      width={full ? Math.max(468, window.innerWidth - 248) : 468}
    >
      <div className={css.panel}>
        <Top {...props} full={full} entry={entry} onFull={setFull} />
        {error !== undefined && entry === undefined && <EmptyState title={errorText(error)} />}
        {error === undefined && entry === undefined && <SkeletonRows rows={8} height={36} />}
        {entry && <RecordBody key={props.id} {...props} entry={entry} full={full} />}
      </div>
    </Drawer>
  );
}
