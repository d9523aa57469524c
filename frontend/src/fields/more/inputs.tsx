/** Editing the rarer values where they stand. */
import { lazy, type ReactNode, Suspense } from "react";
import { Listbox } from "@/ui/listbox";
import { ChoiceInput, type FieldInputProps, LinkInput, Shown, toggled } from "../field-input";
import fieldsCss from "../fields.module.css";
import { FileList } from "../file/file-list";
import { shownField } from "../registry";
import { listOf } from "../types";
import { groupOptions, useGroups } from "./groups";
import { Opens } from "./sheet";
import { nodeValue, useTree } from "./tree";
import { TreePicker } from "./tree-pane";

const RichInput = lazy(async () => ({ default: (await import("./rich-input")).RichInput }));
const MarkdownInput = lazy(async () => ({ default: (await import("./markdown-input")).MarkdownInput }));
const JsonInput = lazy(async () => ({ default: (await import("./json-input")).JsonInput }));
const PlaceForm = lazy(async () => ({ default: (await import("./place-form")).PlaceForm }));
const AddressForm = lazy(async () => ({ default: (await import("./place-form")).AddressForm }));
const PicturesInput = lazy(async () => ({ default: (await import("./pictures-input")).PicturesInput }));
const SignatureInput = lazy(async () => ({ default: (await import("./signature-input")).SignatureInput }));
const CodeInput = lazy(async () => ({ default: (await import("./code-input")).CodeInput }));
const SecretInput = lazy(async () => ({ default: (await import("./secret-input")).SecretInput }));
const MoneyInput = lazy(async () => ({ default: (await import("./money-input")).MoneyInput }));
const StatusInput = lazy(async () => ({ default: (await import("./status-input")).StatusInput }));

/** The value alone until the code for it has come. */
function Later(props: FieldInputProps & { readonly children: ReactNode }) {
  const fallback = (
    <span className={fieldsCss.place} data-off="true">
      <Shown {...props} />
    </span>
  );
  return <Suspense fallback={fallback}>{props.children}</Suspense>;
}

function Still(props: FieldInputProps) {
  return (
    <span className={fieldsCss.place} data-off="true">
      <Shown {...props} />
    </span>
  );
}

function TreeOpened(props: FieldInputProps & { readonly close: () => void }) {
  const { field, value, onChange, close } = props;
  const tree = useTree(field);
  const chosen = listOf(value).map(({ id }) => id);
  return (
    <TreePicker
      tree={tree}
      selected={chosen}
      label={field.name}
      onPick={(node) => {
        onChange(chosen.includes(node.id) ? null : nodeValue(tree, node));
        close();
      }}
    />
  );
}

function TreeInput(props: FieldInputProps) {
  return props.readOnly === true ? (
    <Still {...props} />
  ) : (
    <Opens {...props}>{(close) => <TreeOpened {...props} close={close} />}</Opens>
  );
}

function GroupList(props: FieldInputProps & { readonly close: () => void }) {
  const { field, value, onChange, close } = props;
  const groups = useGroups(field);
  const many = field.options.many === true;
  const chosen = listOf(value);
  return (
    <Listbox
      search
      multiple={many}
      label={field.name}
      options={groupOptions(field, groups)}
      selected={chosen.map(({ id }) => id)}
      onPick={(id) => {
        const group = groups.find((one) => one.id === id);
        if (group !== undefined) {
          onChange(toggled(chosen, group, many));
        }
        if (!many) {
          close();
        }
      }}
    />
  );
}

function GroupInput(props: FieldInputProps) {
  return props.readOnly === true ? (
    <Still {...props} />
  ) : (
    <Opens {...props}>{(close) => <GroupList {...props} close={close} />}</Opens>
  );
}

function TextInput(props: FieldInputProps) {
  const Input = props.field.type === "richText" ? RichInput : MarkdownInput;
  return (
    <Later {...props}>
      <Input {...props} />
    </Later>
  );
}

function PlaceInput(props: FieldInputProps) {
  const Form = props.field.type === "address" ? AddressForm : PlaceForm;
  return props.readOnly === true ? (
    <Still {...props} />
  ) : (
    <Opens {...props} form>
      {(close) => (
        <Suspense>
          <Form {...props} close={close} />
        </Suspense>
      )}
    </Opens>
  );
}

function FilesInput(props: FieldInputProps) {
  const { field, value, readOnly, onChange } = props;
  const { type } = shownField(field);
  if (type === "image") {
    return (
      <Later {...props}>
        <PicturesInput {...props} />
      </Later>
    );
  }
  if (type === "signature") {
    return (
      <Later {...props}>
        <SignatureInput {...props} />
      </Later>
    );
  }
  return (
    <FileList
      value={value}
      single={type === "file"}
      onChange={onChange}
      {...(readOnly !== undefined && { readOnly })}
    />
  );
}

function DataInput(props: FieldInputProps) {
  return (
    <Later {...props}>
      <JsonInput {...props} />
    </Later>
  );
}

function SymbolInput(props: FieldInputProps) {
  return (
    <Later {...props}>
      <CodeInput {...props} />
    </Later>
  );
}

function HiddenInput(props: FieldInputProps) {
  return (
    <Later {...props}>
      <SecretInput {...props} />
    </Later>
  );
}

function AmountInput(props: FieldInputProps) {
  return props.readOnly === true ? (
    <Still {...props} />
  ) : (
    <Later {...props}>
      <MoneyInput {...props} />
    </Later>
  );
}

function StateInput(props: FieldInputProps) {
  if (props.readOnly === true) {
    return <Still {...props} />;
  }
  return props.field.type === "status" ? (
    <Later {...props}>
      <StatusInput {...props} />
    </Later>
  ) : (
    <ChoiceInput {...props} />
  );
}

function LinksInput(props: FieldInputProps) {
  return props.readOnly === true ? <Still {...props} /> : <LinkInput {...props} />;
}

export const moreInputs = {
  tree: TreeInput,
  group: GroupInput,
  rich: TextInput,
  json: DataInput,
  secret: HiddenInput,
  code: SymbolInput,
  money: AmountInput,
  place: PlaceInput,
  address: PlaceInput,
  file: FilesInput,
  choice: StateInput,
  link: LinksInput,
  list: Still,
} as const;
