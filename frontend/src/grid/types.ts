/**
 * The public face of the grid: what a page gives it and what it hears back.
 * Everything else in this folder is the engine's own business.
 */
import type { FieldRenderer } from "./cells/renderer";
import type { CellAction, CellRef, EditBatch, EditorSession } from "./edit-types";

/** A rectangle in CSS pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a cell is edited. */
export type EditorKind =
  /** One line in the grid's own input. */
  | "inline"
  /** Several lines in the grid's own input; Alt+Enter makes a new line. */
  | "multiline"
  /** The page's editor, opened through `GridEvents.onOpenEditor`. */
  | "popover"
  /** Click or Enter changes the value on the spot (checkbox, rating). */
  | "toggle"
  | "none";

/** Settings of a column that renderers read; each reads its own. */
export interface CellOptions {
  /** Digits after the point: number, decimal, currency, percent. */
  readonly scale?: number | undefined;
  /** ISO 4217 code of a currency column. */
  readonly currency?: string | undefined;
  readonly unit?: string | undefined;
  /** Highest rating; 5 if absent. */
  readonly max?: number | undefined;
  /** Draws a percent as a bar with its number. */
  readonly bar?: boolean | undefined;
  /** Days before today are red, with an icon. */
  readonly overdue?: boolean | undefined;
  /** IANA zone of a dateTime column; the browser's if absent. */
  readonly timeZone?: string | undefined;
  /** Icon in front of every link chip. */
  readonly chipIcon?: string | undefined;
}

/** A value between grey words, such as 求和 ¥7,393,300 or 共 386 条. */
export interface SummaryText {
  readonly label?: string | undefined;
  readonly value: string;
  readonly suffix?: string | undefined;
}

export interface GridColumn {
  /** What `GridRow.fields` is keyed by. Stable across renames. */
  readonly key: string;
  readonly title: string;
  /** A name in the renderer registry: a field type. Unknown names show text. */
  readonly type: string;
  readonly width: number;
  /** An icon name of `icons.ts`; the renderer's own if absent. */
  readonly icon?: string | undefined;
  readonly description?: string | undefined;
  readonly required?: boolean | undefined;
  /** The values are not known here: copies hold their text alone, and nothing is filled down. */
  readonly sealed?: boolean | undefined;
  /** No cell of the column can be changed. */
  readonly readOnly?: boolean | undefined;
  readonly sort?: "asc" | "desc" | undefined;
  readonly filtered?: boolean | undefined;
  /** The renderer's own kind if absent. */
  readonly editor?: EditorKind | undefined;
  readonly options?: CellOptions | undefined;
  /** Turns typed or pasted text into a value; undefined refuses it. Without it the text is the value. */
  readonly parse?: ((text: string) => Parsed | undefined) | undefined;
  /** Plain text of a value, for copying and screen readers; the renderer's own if absent. */
  readonly format?: ((value: unknown) => string) | undefined;
  /** Text of the footer under this column. */
  readonly summary?: SummaryText | undefined;
}

/** What `GridColumn.parse` found. A null value empties the cell. */
export interface Parsed {
  readonly value: unknown;
}

/** One record as the grid shows it. Replace the object when a value changes. */
export interface GridRow {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Keys of cells that the reader may not change, or all of them. */
  readonly locked?: ReadonlySet<string> | "all" | undefined;
}

/** A heading over a run of records. Nested groups follow their parent, one level up. */
export interface GridGroup {
  readonly key: string;
  /** 0 for the outermost. */
  readonly level: number;
  /** Records below it, nested groups included. */
  readonly count: number;
  readonly label: GroupLabel;
  readonly collapsed: boolean;
  /** Sums of columns, by column key. */
  readonly summaries?: Readonly<Record<string, SummaryText>> | undefined;
}

export interface GroupLabel {
  readonly text: string;
  /** pill: an option; avatar: a person; text: anything else; empty: records without a value. */
  readonly kind: "pill" | "avatar" | "text" | "empty";
  /** A palette key for pills. */
  readonly color?: string | undefined;
  readonly id?: string | undefined;
}

/** What happened to a source. "structure": count, order or groups may differ. */
export type SourceChange = "rows" | "structure";

/**
 * Where rows come from. Rows are numbered from 0 in the order of the view, group
 * after group; collapsed groups keep their numbers.
 */
export interface RowSource {
  readonly count: number;
  readonly groups?: readonly GridGroup[] | undefined;
  /** Undefined: not loaded yet; the grid draws a skeleton. */
  row(index: number): GridRow | undefined;
  /** Tells which rows are on screen, `to` excluded; a source starts loading what is missing. */
  want(from: number, to: number): void;
  /** Resolves when all of these rows are loaded; needed to copy more than is loaded. */
  load(from: number, to: number): Promise<void>;
  /** Number of a loaded record, or -1. */
  indexOf(id: string): number;
  /** Calls back after each change, until the returned function is called. */
  subscribe(listener: (change: SourceChange) => void): () => void;
}

/** Ticked rows: some by id, or all but some. */
export interface CheckedRows {
  readonly all: boolean;
  /** Ticked ids, or with `all` the ids that are not. */
  readonly ids: ReadonlySet<string>;
  readonly count: number;
}

/** The active cell and the range around it; `to` numbers are included. */
export interface GridSelection {
  readonly active: { readonly row: number; readonly rowId: string | undefined; readonly key: string };
  readonly rows: { readonly from: number; readonly to: number };
  readonly columns: { readonly from: number; readonly to: number };
  readonly cells: number;
}

export interface AddRowRequest {
  /** Key of the group to add to. */
  readonly group?: string | undefined;
  /** Record after which the new one shall stand. */
  readonly after?: string | undefined;
}

/** Something worth telling the user that is not an edit. */
export interface GridNotice {
  /** loadFailed: rows that an act needed could not be loaded; nothing was changed. */
  readonly kind: "copied" | "copying" | "copyFailed" | "pasted" | "readOnly" | "loadFailed";
  readonly cells: number;
}

export interface GridEvents {
  onEdit?(batch: EditBatch): void;
  /** Returns false if the page has no editor for the column. */
  onOpenEditor?(session: EditorSession): boolean;
  /** Space, or the expand icon. */
  onOpenRecord?(row: GridRow, index: number): void;
  onAddRow?(request: AddRowRequest): void;
  /** "+" after the last column; the rectangle is in client coordinates. */
  onAddColumn?(anchor: Rect): void;
  onColumnMenu?(key: string, anchor: Rect): void;
  onColumnResize?(key: string, width: number): void;
  /** The column shall stand at this place among all columns. */
  onColumnMove?(key: string, to: number): void;
  onRowMenu?(row: GridRow, at: { readonly x: number; readonly y: number }): void;
  onToggleGroup?(key: string, collapsed: boolean): void;
  /** Footer of a column was clicked. */
  onSummaryMenu?(key: string, anchor: Rect): void;
  onUndo?(): void;
  onRedo?(): void;
  onCheck?(checked: CheckedRows): void;
  onSelect?(selection: GridSelection | undefined): void;
  onCellAction?(cell: CellRef, action: CellAction): void;
  onNotice?(notice: GridNotice): void;
}

/** Where somebody else is. */
export interface PresenceMark extends CellRef {
  /** One mark a user. */
  readonly userId: string;
  readonly name: string;
  /** A palette key or a CSS colour. */
  readonly color: string;
  readonly editing?: boolean | undefined;
}

/** Texts that the engine draws or says. */
export interface GridText {
  readonly cellEditor: string;
  readonly grid: string;
  readonly addRow: string;
  readonly yes: string;
  readonly no: string;
  addTo(group: string): string;
  groupCount(n: number): string;
  cell(column: string, value: string, row: number): string;
  selected(rows: number, columns: number): string;
  editing(name: string): string;
}

/** What the page may ask of a mounted grid. */
export interface GridApi {
  focus(): void;
  /** Selects a cell and scrolls it into view. */
  select(row: number, key?: string): void;
  selection(): GridSelection | undefined;
  /** Opens the editor of the active cell. */
  edit(): void;
  scrollTo(row: number, key?: string): void;
  /** reject: a change that the server refused; remote: somebody else's change. */
  flash(cells: readonly CellRef[], kind: "reject" | "remote"): void;
  checked(): CheckedRows;
  clearChecked(): void;
  /** Client rectangle of a cell that is on screen. */
  cellRect(row: number, key: string): Rect | undefined;
  copy(): Promise<void>;
  redraw(): void;
}

/** Everything that steers a grid. */
export interface GridOptions extends GridEvents {
  readonly source: RowSource;
  readonly columns: readonly GridColumn[];
  /** How many columns stay when scrolling sideways; 1 if absent. */
  readonly frozen?: number | undefined;
  /** 32, 36, 56 or 88; 36 if absent. */
  readonly rowHeight?: number | undefined;
  readonly text: GridText;
  /** BCP 47, for numbers and dates. */
  readonly locale: string;
  readonly readOnly?: boolean | undefined;
  /** Shows "+ 新建" under the rows or groups. */
  readonly canAddRow?: boolean | undefined;
  /** Shows "+" after the last column. */
  readonly canAddColumn?: boolean | undefined;
  readonly presence?: readonly PresenceMark[] | undefined;
  /** Tints the row whose record is open beside the grid. */
  readonly openRowId?: string | undefined;
  /** Texts at the left of the footer: 共 386 条, 已筛选 14 条. No footer if absent. */
  readonly footer?: readonly SummaryText[] | undefined;
  /** Today as YYYY-MM-DD, for overdue dates. */
  readonly today?: string | undefined;
  /** Further field types, by name. */
  readonly renderers?: Readonly<Record<string, FieldRenderer>> | undefined;
}
