/** Makes the rarer types, their painters and the shapes of computed fields known. */
import { register, typeOf } from "../registry";
import { cascaderType, departmentType, roleType, statusType, usersType } from "./choice";
import { countType, formulaType, lookupType, rollupType, shapeOf, slaType } from "./computed";
import { buttonType, descriptionType, sectionType, subTableType } from "./layout";
import { isMoney, moneyType } from "./money";
import { durationType, progressType, timeType, yearType } from "./number";
import { computedName, paintersFor } from "./painters";
import { pictures } from "./pictures";
import {
  addressType,
  fileType,
  geometryType,
  imageType,
  jsonType,
  locationType,
  signatureType,
} from "./place";
import { secretType } from "./secret";
import { barcodeType, idCardType, markdownType, richTextType, uuidType } from "./text";

const types = [
  richTextType,
  markdownType,
  barcodeType,
  idCardType,
  jsonType,
  progressType,
  durationType,
  statusType,
  cascaderType,
  timeType,
  yearType,
  slaType,
  subTableType,
  lookupType,
  rollupType,
  countType,
  formulaType,
  uuidType,
  secretType,
  usersType,
  departmentType,
  roleType,
  fileType,
  imageType,
  signatureType,
  locationType,
  addressType,
  geometryType,
  buttonType,
  sectionType,
  descriptionType,
];

const plain =
  "text longText email phone url number decimal currency percent rating checkbox date dateTime singleSelect multiSelect user autoNumber createdTime updatedTime createdBy updatedBy attachment link";
const shown = [...plain.split(" "), "money", ...types.map(({ id }) => id)];

register({
  types,
  painters: paintersFor(shown),
  typeOf: (field) => shapeOf(field, typeOf)?.type ?? (isMoney(field) ? moneyType : undefined),
  shown: (field) => shapeOf(field, typeOf)?.field ?? field,
  painter(field) {
    const shape = shapeOf(field, typeOf);
    if (shape === undefined) {
      return isMoney(field) ? "money" : undefined;
    }
    return computedName(field.type, isMoney(shape.field) ? "money" : shape.field.type, shape.list);
  },
  onPicture: (redraw) => pictures.subscribe(redraw),
});
