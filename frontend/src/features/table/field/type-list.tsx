import { type KeyboardEvent, useState } from "react";
import { allTypes, groups } from "@/fields/registry";
import { matches } from "@/lib/fold";
import { t, tryT } from "@/lib/i18n";
import { SearchInput } from "@/ui/input";
import { Kbd } from "@/ui/kbd";
import css from "./field.module.css";
import { TypeTile } from "./type-tile";
import { typeWords } from "./type-words";

export const typeName = (id: string) => tryT(`fieldType.${id}`) ?? id;

/** Types that a field of this name usually has, the likeliest first. */
export function suggested(name: string): string[] {
  const text = name.trim().toLowerCase();
  if (text === "") {
    return [];
  }
  return allTypes()
    .map(({ id }) => ({ id, words: (tryT(`fieldWords.${id}`) ?? "").split(" ").filter(Boolean) }))
    .map(({ id, words }) => ({
      id,
      score: Math.max(0, ...words.filter((w) => text.includes(w)).map((w) => w.length)),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ id }) => id);
}

export interface TypeListProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly onPick: (type: string) => void;
}

/** All field types, grouped, to be searched. */
export function TypeList({ name, value, onPick }: TypeListProps) {
  const [search, setSearch] = useState("");
  const [hovered, setHovered] = useState(value ?? "text");
  const found = allTypes().filter(
    ({ id }) => search === "" || matches(search, typeName(id), id, typeWords[id]),
  );
  const likely = suggested(name);

  function handleKey(event: KeyboardEvent): void {
    const [first] = groups.flatMap((group) => found.filter((type) => type.group === group));
    if (event.key === "Enter" && !event.nativeEvent.isComposing && first) {
      event.preventDefault();
      onPick(first.id);
    }
  }

  return (
    <>
      {likely.length > 0 && (
        <div className={css.top} style={{ paddingBlock: 0 }}>
          <div className={css.suggest}>
            {t("table.suggested")}
            {likely.map((id, index) => (
              <button key={id} type="button" onClick={() => onPick(id)}>
                <TypeTile type={id} />
                {typeName(id)}
                {index === 0 && <Kbd>{"\u21b5"}</Kbd>}
              </button>
            ))}
          </div>
        </div>
      )}
      <div className={css.body} style={{ gap: 2 }}>
        <SearchInput
          size={34}
          value={search}
          onChange={setSearch}
          onKeyDown={handleKey}
          placeholder={t("table.searchTypes", { count: allTypes().length })}
        />
        {found.length === 0 && <p className={css.note}>{t("common.noResult")}</p>}
        {groups.map((group) => {
          const types = found.filter((type) => type.group === group);
          return types.length === 0 ? null : (
            <div key={group}>
              <div className={css.group}>{t(`fieldGroup.${group}`)}</div>
              <div className={css.types}>
                {types.map(({ id }) => (
                  <button
                    key={id}
                    type="button"
                    data-on={id === value}
                    onClick={() => onPick(id)}
                    onPointerEnter={() => setHovered(id)}
                    onFocus={() => setHovered(id)}
                  >
                    <TypeTile type={id} />
                    {typeName(id)}
                  </button>
                ))}
              </div>
            </div>
          );
        })}
      </div>
      <div className={css.hint} aria-live="polite">
        <strong>{typeName(hovered)}</strong>
        {tryT(`fieldHint.${hovered}`)}
      </div>
    </>
  );
}
