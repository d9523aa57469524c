/** Which renderer shows which field type. */
import { emailRenderer, phoneRenderer, urlRenderer } from "./address";
import { attachmentRenderer, linkRenderer } from "./chips";
import { dateRenderer, dateTimeRenderer, systemTimeRenderer } from "./date";
import { checkboxRenderer, ratingRenderer } from "./marks";
import { currencyRenderer, numberRenderer, percentRenderer } from "./number";
import { systemUserRenderer, userRenderer } from "./people";
import { multiSelectRenderer, singleSelectRenderer } from "./pills";
import type { FieldRenderer } from "./renderer";
import { autoNumberRenderer, longTextRenderer, textRenderer } from "./text";

const builtIn: Readonly<Record<string, FieldRenderer>> = {
  text: textRenderer,
  longText: longTextRenderer,
  email: emailRenderer,
  phone: phoneRenderer,
  url: urlRenderer,
  number: numberRenderer,
  decimal: numberRenderer,
  currency: currencyRenderer,
  percent: percentRenderer,
  rating: ratingRenderer,
  checkbox: checkboxRenderer,
  date: dateRenderer,
  dateTime: dateTimeRenderer,
  singleSelect: singleSelectRenderer,
  multiSelect: multiSelectRenderer,
  user: userRenderer,
  autoNumber: autoNumberRenderer,
  createdTime: systemTimeRenderer,
  updatedTime: systemTimeRenderer,
  createdBy: systemUserRenderer,
  updatedBy: systemUserRenderer,
  attachment: attachmentRenderer,
  link: linkRenderer,
};

/** The renderer of a field type: the page's own first, text for unknown types. */
export function rendererOf(
  type: string,
  own: Readonly<Record<string, FieldRenderer>> | undefined,
): FieldRenderer {
  return own?.[type] ?? builtIn[type] ?? textRenderer;
}
