/**
 * Markdown as it looks. The tokens become elements of the page; nothing is ever
 * set as HTML, and HTML within a text shows as what it is: text.
 */
import { lexer, type Token, type Tokens } from "marked";
import { createElement, Fragment, type ReactNode, useMemo } from "react";
import { webAddress } from "@/grid/cells/address";
import css from "./more.module.css";

type Draw = (token: Token) => ReactNode;

const all = (tokens: readonly Token[] | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text keep their places
  tokens?.map((token, index) => <Fragment key={index}>{draw(token)}</Fragment>);

function href(address: string): string | undefined {
  return /^mailto:[^\s]+@[^\s]+$/iu.test(address) ? address : webAddress(address);
}

function Anchor({ token }: { readonly token: Tokens.Link }) {
  const to = href(token.href);
  return to === undefined ? (
    all(token.tokens)
  ) : (
    <a href={to} target="_blank" rel="noopener noreferrer nofollow">
      {all(token.tokens)}
    </a>
  );
}

function Picture({ token }: { readonly token: Tokens.Image }) {
  // Pictures of other hosts would tell them who reads; only our own are shown.
  const own = token.href.startsWith("/api/");
  return own ? (
    <img src={token.href} alt={token.text} loading="lazy" />
  ) : (
    <Anchor
      token={{ ...token, type: "link", tokens: [{ type: "text", raw: token.text, text: token.text }] }}
    />
  );
}

function List({ token }: { readonly token: Tokens.List }) {
  const items = token.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text keep their places
    <li key={index} data-task={item.task}>
      {item.task && <input type="checkbox" checked={item.checked === true} readOnly tabIndex={-1} />}
      <div>{all(item.tokens.filter(({ type }) => type !== "checkbox"))}</div>
    </li>
  ));
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ token }: { readonly token: Tokens.Table }) {
  const cell = (tag: "th" | "td") => (one: Tokens.TableCell, index: number) =>
    createElement(tag, { key: index, style: { textAlign: one.align ?? "start" } }, all(one.tokens));
  return (
    <div className={css.wide}>
      <table>
        <thead>
          <tr>{token.header.map(cell("th"))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text keep their places
            <tr key={index}>{row.map(cell("td"))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const inside =
  (tag: string): Draw =>
  (token) =>
    createElement(tag, null, all((token as Tokens.Generic).tokens));

const draws: Readonly<Record<string, Draw>> = {
  space: () => null,
  hr: () => <hr />,
  br: () => <br />,
  def: () => null,
  heading(token) {
    const { depth, tokens } = token as Tokens.Heading;
    return createElement(`h${depth}`, null, all(tokens));
  },
  paragraph: inside("p"),
  blockquote: inside("blockquote"),
  strong: inside("strong"),
  em: inside("em"),
  del: inside("del"),
  list: (token) => <List token={token as Tokens.List} />,
  table: (token) => <Table token={token as Tokens.Table} />,
  code: (token) => (
    <pre>
      <code>{(token as Tokens.Code).text}</code>
    </pre>
  ),
  codespan: (token) => <code>{(token as Tokens.Codespan).text}</code>,
  link: (token) => <Anchor token={token as Tokens.Link} />,
  image: (token) => <Picture token={token as Tokens.Image} />,
  escape: (token) => (token as Tokens.Escape).text,
  text: (token) => ("tokens" in token && token.tokens ? all(token.tokens) : (token as Tokens.Text).text),
};

function draw(token: Token): ReactNode {
  return draws[token.type]?.(token) ?? token.raw;
}

export function Markdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => lexer(text, { gfm: true, breaks: true }), [text]);
  return <div className={css.rich}>{all(tokens)}</div>;
}
