/** The shapes of the HTTP API (docs/api.md). Ids are opaque strings. */

export interface Ref {
  readonly id: string;
  readonly name: string;
}

export interface RoleRef extends Ref {
  readonly key?: string;
}

export type ThemeName = "light" | "dark" | "system";

export interface User extends Ref {
  readonly email: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly theme: ThemeName;
}

export interface Tenant extends Ref {
  readonly locale: string;
  readonly timeZone: string;
  readonly weekStart: number;
}

export interface Me {
  readonly user: User;
  readonly tenant: Tenant;
  readonly tenants: readonly Ref[];
  readonly roles: readonly RoleRef[];
  readonly department?: Ref | null;
  readonly can: { readonly admin: boolean; readonly design: boolean; readonly write: boolean };
}

export interface Session {
  readonly token: string;
  readonly expiresAt: string;
  readonly user: User;
  readonly tenant: Ref;
  readonly tenants: readonly Ref[];
}

export interface AuthOptions {
  readonly signUp: boolean;
  readonly firstUser: boolean;
  readonly locales: readonly string[];
}

export interface InvitationInfo {
  readonly email: string;
  /** The company's name. */
  readonly tenant: string;
  /** The name of who invited. */
  readonly by: string;
  readonly expiresAt: string;
}

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly roles: readonly RoleRef[];
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly by: Ref;
  /** Only in the answer to its creation. */
  readonly url?: string;
}

export interface App extends Ref {
  readonly icon?: string;
  readonly color?: string;
  readonly template?: string;
  readonly order: number;
  readonly can: { readonly design: boolean };
  readonly entities?: readonly EntityInfo[];
}

/** An entity in a list; `Entity` holds its fields and views. */
export interface EntityInfo extends Ref {
  readonly app: string;
  readonly key: string;
  /** What one record is called ("New opportunity"). */
  readonly recordName?: string;
  readonly icon?: string;
  readonly color?: string;
  readonly order: number;
}

export interface Choice extends Ref {
  readonly color: string;
}

/** Everything a field type may carry; each type reads its own. */
export interface FieldOptions {
  readonly choices?: readonly Choice[];
  readonly scale?: number;
  readonly currency?: string;
  readonly currencies?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  readonly timeZone?: string;
  readonly pattern?: string;
  readonly reset?: string;
  readonly region?: string;
  readonly entity?: string;
  readonly many?: boolean;
  readonly inverse?: string;
  readonly inverseName?: string;
  readonly [key: string]: unknown;
}

export interface Field extends Ref {
  readonly key: string;
  readonly type: string;
  readonly description?: string;
  readonly required: boolean | { readonly formula: string };
  readonly unique: boolean | { readonly with: readonly string[]; readonly caseFold?: boolean };
  readonly default?: unknown;
  readonly readOnly?: { readonly formula: string };
  readonly computed?: boolean;
  /** A change of its values is being brought to all records: how far that is. */
  readonly updating?: boolean | { readonly done: number; readonly total: number };
  /** The type it can be taken back to, and until when. */
  readonly revertible?: { readonly type: string; readonly until: string };
  readonly options: FieldOptions;
  /** What the caller may do with its values. */
  readonly right: "read" | "write" | "masked";
}

export interface FieldInput {
  readonly name: string;
  readonly type: string;
  readonly key?: string;
  readonly required?: Field["required"];
  readonly unique?: Field["unique"];
  readonly readOnly?: { readonly formula: string } | false;
  readonly description?: string;
  readonly default?: unknown;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface SortKey {
  readonly field: string;
  readonly dir: "asc" | "desc";
}

export interface ViewField {
  readonly field: string;
  readonly hidden?: boolean;
  readonly width?: number;
  readonly summary?: string;
}

export interface View extends Ref {
  readonly entity: string;
  readonly type: string;
  readonly filter?: unknown;
  readonly sort: readonly SortKey[];
  readonly group: readonly SortKey[];
  readonly fields: readonly ViewField[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly private: boolean;
  readonly order: number;
  readonly version: number;
}

export interface EntityCan {
  readonly read: boolean;
  readonly create: boolean;
  readonly write: boolean;
  readonly delete: boolean;
  readonly export: boolean;
  readonly comment: boolean;
  readonly design: boolean;
}

/** What every record of an entity must satisfy. */
export interface Rule {
  readonly formula: string;
  readonly message?: Readonly<Record<string, string>>;
  /** At which field it is told. */
  readonly field?: string;
}

export interface Entity extends EntityInfo {
  readonly rules?: readonly Rule[];
  readonly version: number;
  /** The field whose value names a record. */
  readonly title: string;
  readonly fields: readonly Field[];
  readonly views: readonly View[];
  readonly can: EntityCan;
}

export type Scope = "all" | "own" | "department" | "departmentTree" | { readonly filter: unknown };
export type FieldRight = "hidden" | "masked" | "read" | "write";
export type Act = "read" | "create" | "write" | "delete" | "export" | "comment";

export interface Grant extends Readonly<Partial<Record<Act, boolean>>> {
  readonly entity: string;
  readonly scope: Scope;
  /** For own and departments: the key of the field that says whose a record is; else the first one of persons. */
  readonly owner?: string;
  readonly fields?: Readonly<Record<string, FieldRight>>;
}

export interface Role extends RoleRef {
  readonly description?: string;
  readonly builtIn: boolean;
  readonly app?: string | null;
  readonly grants: readonly Grant[];
}

/** Days on which a member is away. */
export interface Leave {
  readonly from: string;
  readonly to: string;
  /** The id of the member who stands in. */
  readonly standIn?: string;
}

export interface Member extends Ref {
  readonly leave?: Leave | null;
  readonly email: string;
  readonly roles: readonly RoleRef[];
  readonly department: Ref | null;
  readonly suspended: boolean;
  readonly joinedAt?: string;
}

export interface Department extends Ref {
  readonly parent: string | null;
  readonly manager: Ref | null;
  readonly order: number;
}

export interface TemplateField {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly choices?: readonly { readonly name: string; readonly color: string }[];
}

export interface TemplateEntity {
  readonly key: string;
  readonly name: string;
  readonly icon?: string;
  readonly fields: readonly TemplateField[];
  /** How many sample records there are. */
  readonly samples: number;
}

export interface TemplateInfo {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly icon?: string;
  readonly color?: string;
  readonly entities: readonly TemplateEntity[];
  readonly roles: readonly string[];
}

export interface Token extends Ref {
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** Only in the answer to its creation. */
  readonly token?: string;
}

export interface List<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}
