/** Icons on the canvas: the same shapes as the icons of the pages, as paths. */

import * as arrowDown from "lucide-react/icons/arrow-down";
import * as arrowUp from "lucide-react/icons/arrow-up";
import * as building from "lucide-react/icons/building-complex";
import * as calendar from "lucide-react/icons/calendar";
import * as check from "lucide-react/icons/check";
import * as chevronDown from "lucide-react/icons/chevron-down";
import * as chevronRight from "lucide-react/icons/chevron-right";
import * as currency from "lucide-react/icons/circle-dollar-sign";
import * as circleDot from "lucide-react/icons/circle-dot";
import * as alert from "lucide-react/icons/circle-exclamation-point";
import * as clock from "lucide-react/icons/clock";
import * as file from "lucide-react/icons/file-text";
import * as web from "lucide-react/icons/globe";
import * as hash from "lucide-react/icons/hash";
import * as image from "lucide-react/icons/image";
import * as link from "lucide-react/icons/link";
import * as filter from "lucide-react/icons/list-filter";
import * as idCard from "lucide-react/icons/list-ordered";
import * as lock from "lucide-react/icons/lock";
import * as mail from "lucide-react/icons/mail";
import * as maximize from "lucide-react/icons/maximize-2";
import * as minus from "lucide-react/icons/minus";
import * as paperclip from "lucide-react/icons/paperclip";
import * as percent from "lucide-react/icons/percent";
import * as phone from "lucide-react/icons/phone";
import * as plus from "lucide-react/icons/plus";
import * as checkBox from "lucide-react/icons/square-check";
import * as star from "lucide-react/icons/star";
import * as tags from "lucide-react/icons/tags";
import * as textLines from "lucide-react/icons/text-align-start";
import * as type from "lucide-react/icons/type";
import * as user from "lucide-react/icons/user-round";

type Shape = readonly [tag: string, attributes: Readonly<Record<string, unknown>>];

const modules: Record<string, object> = {
  alert,
  arrowDown,
  arrowUp,
  building,
  calendar,
  check,
  checkBox,
  chevronDown,
  chevronRight,
  circleDot,
  clock,
  currency,
  file,
  filter,
  hash,
  idCard,
  image,
  link,
  lock,
  mail,
  maximize,
  minus,
  paperclip,
  percent,
  phone,
  plus,
  star,
  tags,
  text: textLines,
  type,
  user,
  web,
};

const paths = new Map<string, Path2D>();

/** Further icons, by name. */
export function addIcons(more: Readonly<Record<string, object>>): void {
  Object.assign(modules, more);
}

export interface IconPainter {
  /** Strokes an icon with its top left corner at a point. */
  stroke(g: CanvasRenderingContext2D, name: string, x: number, y: number, size: number, color: string): void;
  /** Fills the outline of an icon. */
  fill(g: CanvasRenderingContext2D, name: string, x: number, y: number, size: number, color: string): void;
}

export const icons: IconPainter = {
  stroke(g, name, x, y, size, color) {
    const scale = size / 24;
    g.save();
    g.translate(x, y);
    g.scale(scale, scale);
    g.lineWidth = 1.75;
    g.lineCap = "round";
    g.lineJoin = "round";
    g.strokeStyle = color;
    g.stroke(pathOf(name));
    g.restore();
  },
  fill(g, name, x, y, size, color) {
    const scale = size / 24;
    g.save();
    g.translate(x, y);
    g.scale(scale, scale);
    g.fillStyle = color;
    g.fill(pathOf(name));
    g.restore();
  },
};

function pathOf(name: string): Path2D {
  let path = paths.get(name);
  if (path === undefined) {
    path = new Path2D();
    for (const shape of shapesOf(modules[name] ?? type)) {
      addShape(path, shape);
    }
    paths.set(name, path);
  }
  return path;
}

/** The icon modules carry their shapes beside the component, untyped. */
function shapesOf(module: object): readonly Shape[] {
  const { __iconData: data } = module as { __iconData?: { node?: readonly Shape[] } };
  return data?.node ?? [];
}

function addShape(path: Path2D, [tag, a]: Shape): void {
  const n = (key: string) => Number(a[key] ?? 0);
  switch (tag) {
    case "path":
      path.addPath(new Path2D(String(a.d)));
      break;
    case "circle": {
      const circle = new Path2D();
      circle.arc(n("cx"), n("cy"), n("r"), 0, Math.PI * 2);
      path.addPath(circle);
      break;
    }
    case "rect":
      path.roundRect(n("x"), n("y"), n("width"), n("height"), n("rx"));
      break;
    case "line":
      path.moveTo(n("x1"), n("y1"));
      path.lineTo(n("x2"), n("y2"));
      break;
    default:
      addPolyline(path, String(a.points ?? ""));
  }
}

function addPolyline(path: Path2D, points: string): void {
  const numbers = points
    .trim()
    .split(/[\s,]+/u)
    .map(Number);
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const x = numbers[i] ?? 0;
    const y = numbers[i + 1] ?? 0;
    if (i === 0) {
      path.moveTo(x, y);
    } else {
      path.lineTo(x, y);
    }
  }
}
