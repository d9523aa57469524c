import { Trash2 } from "lucide-react";
import { useFields } from "@/fields/context";
import { t } from "@/lib/i18n";
import { formatAgo, formatTime } from "@/lib/i18n/format";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { SkeletonRows } from "@/ui/skeleton";
import css from "./record.module.css";
import type { CommentControl } from "./use-comments";

/** A comment with its mentions as names. */
function Text({ text }: { readonly text: string }) {
  const { members } = useFields();
  const parts = text.split(/(@\[usr_[0-9a-z]+\])/);
  return (
    <p>
      {parts.map((part, index) => {
        const id = /^@\[(usr_[0-9a-z]+)\]$/.exec(part)?.[1];
        const name = members.find((one) => one.id === id)?.name;
        return id === undefined ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not move
          <span key={index} className={css.at}>
            {`@${name ?? t("record.somebody")}`}
          </span>
        );
      })}
    </p>
  );
}

export function Comments({ comments }: { readonly comments: CommentControl }) {
  const { me } = useFields();
  if (comments.loading) {
    return <SkeletonRows rows={3} />;
  }
  if (comments.list.length === 0) {
    return <p className={css.empty}>{t("record.noComments")}</p>;
  }
  return (
    <>
      {comments.list.map((comment) => (
        <article key={comment.id} className={`${css.event} ${css.comment}`}>
          <Avatar id={comment.by.id} name={comment.by.name} size={26} />
          <div>
            <header>
              <span>{comment.by.name}</span>
              <time dateTime={comment.at} title={formatTime(comment.at)}>
                {formatAgo(comment.at, Date.now())}
              </time>
              {comment.by.id === me && (
                <IconButton
                  size={24}
                  label={t("record.deleteComment")}
                  onClick={() => void comments.remove(comment.id)}
                >
                  <Trash2 size={13} />
                </IconButton>
              )}
            </header>
            <Text text={comment.text} />
          </div>
        </article>
      ))}
    </>
  );
}
