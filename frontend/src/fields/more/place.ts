/** Files of one kind, places, and data for programs. */
import { Braces, FileText, Image, MapPin, MapPinHouse, Signature, Waypoints } from "lucide-react";
import { asData } from "@/data/input";
import { attachmentType } from "../file/types";
import { bad, type FieldType, ok, type ParseResult } from "../types";

export const fileType: FieldType = { ...attachmentType, id: "file", icon: FileText };
export const imageType: FieldType = { ...attachmentType, id: "image", icon: Image };
export const signatureType: FieldType = { ...attachmentType, id: "signature", icon: Signature };

export interface Place {
  readonly lat: number;
  readonly lng: number;
  readonly label?: string;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

export function placeOf(value: unknown): Place | undefined {
  const { lat, lng, label } = asObject(value);
  return typeof lat === "number" && typeof lng === "number"
    ? { lat, lng, ...(typeof label === "string" && label !== "" && { label }) }
    : undefined;
}

const round = (n: number) => Math.round(n * 1e7) / 1e7;

/** "30.25, 120.16 label": latitude first. */
function parsePlace(text: string): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  const match = /^\s*([-+]?[\d.]+)\s*(?:[,\uff0c;\uff1b\u3001]|\s)\s*([-+]?[\d.]+)\s*([^\n\r]*)$/u.exec(text);
  const [lat, lng, label = ""] = [Number(match?.[1]), Number(match?.[2]), match?.[3]?.trim()];
  const good = Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && label.length <= 200;
  return good ? ok({ lat: round(lat), lng: round(lng), ...(label && { label }) }) : bad("badLocation");
}

const shared = {
  ...attachmentType,
  editor: "inline",
  color: "pink",
} as const;

export const locationType: FieldType = {
  ...shared,
  id: "location",
  icon: MapPin,
  family: "place",
  parse: (_field, text) => parsePlace(text),
  format(_field, value) {
    const at = placeOf(value);
    return at === undefined ? "" : `${at.lat},${at.lng}${at.label ? ` ${at.label}` : ""}`;
  },
};

export interface Address {
  readonly region?: string;
  readonly street?: string;
  readonly postcode?: string;
  readonly text?: string;
}

export const addressOf = (value: unknown): Address => asObject(value) as Address;

export const addressType: FieldType = {
  ...shared,
  id: "address",
  icon: MapPinHouse,
  family: "address",
  // The server finds region and postcode in the text.
  parse: (_field, text) => ok(text.trim() === "" ? null : { text: text.trim() }),
  format: (_field, value) => addressOf(value).text ?? "",
};

function parseJson(text: string, code: string, test: (value: unknown) => boolean): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  try {
    const value: unknown = JSON.parse(text);
    return test(value) ? ok(asData(value)) : bad(code);
  } catch {
    return bad("badJSON");
  }
}

export const jsonType: FieldType = {
  ...shared,
  id: "json",
  icon: Braces,
  color: "gray",
  group: "text",
  family: "json",
  editor: "multiline",
  parse: (_field, text) => parseJson(text, "badJSON", () => true),
  format: (_field, value) => (value === null || value === undefined ? "" : JSON.stringify(value)),
};

const shapes = [
  "Point",
  "MultiPoint",
  "LineString",
  "MultiLineString",
  "Polygon",
  "MultiPolygon",
  "GeometryCollection",
];

export const geometryType: FieldType = {
  ...jsonType,
  id: "geometry",
  icon: Waypoints,
  color: "pink",
  group: "people",
  parse: (_field, text) =>
    parseJson(text, "badGeometry", (value) => shapes.includes(String(asObject(value).type))),
};
