/** All functions that evaluate their arguments first. */
import type { Impl } from "../core/run";
import { chinaFunctions } from "./china";
import { dateFunctions } from "./date";
import { listFunctions } from "./list";
import { moreFunctions } from "./more";
import { numberFunctions } from "./number";
import { regexFunctions } from "./regex";
import { textFunctions } from "./text";

export const functions: Readonly<Record<string, Impl>> = {
  ...textFunctions,
  ...regexFunctions,
  ...numberFunctions,
  ...listFunctions,
  ...dateFunctions,
  ...moreFunctions,
  ...chinaFunctions,
};
