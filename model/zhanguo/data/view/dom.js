"use strict";
// Elements and words. What comes from a report goes in as text nodes and plain attributes only, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);
const parsed = (selector) => [...document.querySelectorAll(selector)].map((block) => JSON.parse(block.textContent));

/** An element. Properties that are functions listen to the event of that name; null and false are left out, as property and as child. */
function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A text from a report; its writing direction stays inside. */
const quoted = (text, properties = {}) => el("bdi", { lang: "zh", ...properties }, text);

const { words, parents, signs } = parsed("#names")[0];
const WORDS = new Map(Object.entries(words));
const LANGUAGES = ["en", "zh"];
let language = LANGUAGES[0];

/** What a thing is called in the chosen language; {name} in it is filled from values. A key without words is named by its last part. */
function t(key, values = {}) {
  const entry = WORDS.get(key);
  const text = entry ? entry[LANGUAGES.indexOf(language)] : key.slice(key.indexOf(".") + 1);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A category's name; null has one, too. */
const categoryName = (category) => (category === null ? t("ui.no_category") : t(`category.${category}`));

/** Fill in all words that stand in the page itself. */
function translatePage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of document.querySelectorAll("[data-t-title]")) element.title = t(element.dataset.tTitle);
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

/** Group the digits of an exact decimal, given as a string or whole number. */
function digits(value) {
  const [whole, rest] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** The amount of a record as it is printed: sign, number, upper end. */
function amount(record) {
  return signs[record.qualifier] + digits(record.value) + (record.value_max === null ? "" : `–${digits(record.value_max)}`);
}

const days = (interval) => interval.split("/").map((day) => (day === ".." ? "…" : day)).flatMap((day) => [" – ", el("span", { class: "day" }, day)]).slice(1);
const score = (value) => value.toFixed(2);

/** What was kept from another visit; a browser may forbid it. */
function remember(key, value) {
  try {
    if (value !== undefined) localStorage.setItem(`zhanguo.${key}`, value);
    return localStorage.getItem(`zhanguo.${key}`);
  } catch {
    return null;
  }
}
