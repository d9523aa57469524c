import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Plus, ShieldCheck, Trash2, X } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/meta";
import type { Entity, Rule } from "@/api/types";
import { fieldOptions } from "@/fields/field-icon";
import { locale, t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Drawer } from "@/ui/drawer";
import { EmptyState } from "@/ui/empty-state";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast-store";
import { FormulaBox, SampleRecords } from "../field/formula-box";
import { type Problem, ProblemPlace, problemOf } from "../field/problem";
import { useSamples } from "../field/use-samples";
import type { Table } from "../use-table";
import css from "./rules.module.css";

interface RuleDraft extends Rule {
  readonly ref: number;
}

interface CardProps {
  readonly entity: Entity;
  readonly rule: RuleDraft;
  readonly index: number;
  readonly count: number;
  readonly onChange: (rule: RuleDraft) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

function RuleCard({ entity, rule, index, count, onChange, onMove, onRemove }: CardProps) {
  const say = (lang: "zh-CN" | "en", text: string) =>
    onChange({ ...rule, message: { ...rule.message, [lang]: text } });
  const messages = [
    { lang: "zh-CN" as const, label: t("rules.messageZh") },
    { lang: "en" as const, label: t("rules.messageEn") },
  ];
  return (
    <li className={css.card}>
      <div className={css.title}>
        <b>{t("rules.number", { number: index + 1 })}</b>
        <IconButton size={24} label={t("rules.up")} disabled={index === 0} onClick={() => onMove(-1)}>
          <ArrowUp size={14} />
        </IconButton>
        <IconButton
          size={24}
          label={t("rules.down")}
          disabled={index === count - 1}
          onClick={() => onMove(1)}
        >
          <ArrowDown size={14} />
        </IconButton>
        <IconButton size={24} label={t("rules.remove")} onClick={onRemove}>
          <Trash2 size={14} />
        </IconButton>
      </div>
      <FormulaBox
        label={t("rules.formula")}
        value={rule.formula}
        fields={entity.fields}
        entity={entity.id}
        expected="bool"
        at={[`rules.${index}.formula`, `rules.${index}`]}
        onChange={(formula) => onChange({ ...rule, formula })}
      />
      {(locale() === "en" ? messages.reverse() : messages).map(({ lang, label }) => (
        <Field key={lang} label={label}>
          <Input
            size={34}
            maxLength={300}
            value={rule.message?.[lang] ?? ""}
            onChange={(text) => say(lang, text)}
          />
        </Field>
      ))}
      <Field label={t("rules.field")}>
        <Select
          value={rule.field ?? ""}
          options={[{ value: "", label: t("rules.noField") }, ...fieldOptions(entity.fields)]}
          onChange={(field) => {
            const { field: _old, ...rest } = rule;
            onChange({ ...rest, ...(field && { field }) });
          }}
        />
      </Field>
    </li>
  );
}

let made = 0;
const draftOf = (rule: Rule): RuleDraft => {
  made += 1;
  return { ...rule, ref: made };
};

function useRules(entity: Entity, onClose: () => void) {
  const client = useQueryClient();
  const [rules, setRules] = useState(() => (entity.rules ?? []).map(draftOf));
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  function move(index: number, by: 1 | -1): void {
    const next = [...rules];
    const [one] = next.splice(index, 1);
    if (one) {
      next.splice(index + by, 0, one);
      setRules(next);
    }
  }
  async function save(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.patch(`/entities/${entity.id}`, {
        rules: rules.map(({ ref: _ref, ...rule }) => rule),
      });
      await client.invalidateQueries({ queryKey: keys.entity(entity.id) });
      toast({ kind: "good", text: t("rules.saved") });
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }
  return { rules, setRules, move, save, problem, busy };
}

/** What every record of the table must satisfy. */
export function RulesPanel({ table, onClose }: { readonly table: Table; readonly onClose: () => void }) {
  const { entity } = table;
  const { rules, setRules, move, save, problem, busy } = useRules(entity, onClose);
  const samples = useSamples(table);
  const stray = problem && !problem.at.startsWith("rules.");
  const add = (
    <Button
      kind="line"
      icon={<Plus />}
      onClick={() => setRules([...rules, draftOf({ formula: "", message: {} })])}
    >
      {t("rules.add")}
    </Button>
  );
  return (
    <Drawer open onClose={onClose} label={t("rules.title")} width={520}>
      <header className={css.head}>
        <ShieldCheck size={18} aria-hidden="true" />
        <h2>{t("rules.title")}</h2>
        <IconButton label={t("common.close")} onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className={css.body}>
        <p className={css.lead}>{t("rules.text")}</p>
        {rules.length === 0 && (
          <EmptyState title={t("rules.none")} text={t("rules.noneText")}>
            {add}
          </EmptyState>
        )}
        <ProblemPlace value={problem}>
          <SampleRecords value={samples}>
            <ol className={css.list}>
              {rules.map((rule, index) => (
                <RuleCard
                  key={rule.ref}
                  entity={entity}
                  rule={rule}
                  index={index}
                  count={rules.length}
                  onChange={(next) => setRules(rules.map((one, i) => (i === index ? next : one)))}
                  onMove={(by) => move(index, by)}
                  onRemove={() => setRules(rules.filter((_, i) => i !== index))}
                />
              ))}
            </ol>
          </SampleRecords>
        </ProblemPlace>
        {rules.length > 0 && <div>{add}</div>}
      </div>
      <footer className={css.foot}>
        {stray && (
          <p role="alert" className={css.bad}>
            {problem.text}
          </p>
        )}
        <Button kind="line" size={34} onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          kind="primary"
          size={34}
          busy={busy}
          disabled={rules.some(({ formula }) => formula.trim() === "")}
          onClick={() => void save()}
        >
          {t("common.save")}
        </Button>
      </footer>
    </Drawer>
  );
}
