"""axe on many pages, where the contrast of each kind of block is measured only once.

Contrast takes three quarters of axe's time. What is found follows from the style sheets and from what they
choose by: elements, attributes, what stands around and beside them, and whether there is any text, but not
which. A page is taken as blocks: what stands in the body, and in its main part. A block is measured unless
its like has passed on a page of the same language and colours. All other rules read every page as a whole,
and in each language and direction, because much of what they read is words.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# Of attributes with words and addresses only their emptiness counts, unless style sheets choose by the value.
# The numbers of rows are no difference either; those of a drawing are.
BLOCKS = r"""
() => {
  const WORDS = ["action", "alt", "aria-label", "content", "datetime", "formaction", "href", "placeholder",
                 "src", "title", "value"];
  const isOfRows = name => /^(id|for|form|name|list|headers|(aria|data|hx)-.*)$/.test(name);
  const isStyledBy = (node, name, value) =>
    value.startsWith("tel:") || (name === "value" && ["radio", "checkbox"].includes(node.type));
  const told = (node, {name, value}) => {
    if (WORDS.includes(name) && !isStyledBy(node, name, value)) return Boolean(value.trim());
    return isOfRows(name) ? value.replace(/\d+/g, "0") : value;
  };
  const opening = node => {
    if (!node) return "nothing";
    const attributes = [...node.attributes].map(each => each.name + "=" + told(node, each));
    return `<${node.localName} ${attributes.sort().join(" ")}>`;
  };
  const shape = node => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "text" : "";
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    return opening(node) + [...node.childNodes].map(shape).join("") + "</>";
  };
  const isText = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const hasOwnText = node => [...node.childNodes].some(isText);
  const main = document.querySelector("body > main");
  window.blocks = hasOwnText(document.body) ? [document.body] : [...document.body.children].flatMap(
    each => each === main && !hasOwnText(main) ? [...main.children] : [each]);
  const sheets = [...document.styleSheets].map(each => each.href);
  const around = [document.documentElement, document.body, main].map(opening);
  return window.blocks.map(each => [...sheets, ...around, each.parentNode.localName,
    opening(each.previousElementSibling), opening(each.nextElementSibling), shape(each)].join("\n"));
}
"""
ALL_BUT_CONTRAST = """
axe.run({resultTypes: ["violations"], rules: {"color-contrast": {enabled: false}}})
  .then(found => found.violations)
"""
CONTRAST = """
unlike => axe.run({include: unlike.map(at => window.blocks[at])},
  {resultTypes: ["violations"], runOnly: ["color-contrast"]}).then(found => found.violations)
"""


class ContrastOnce:
    """Finds what axe finds on the pages of one language and colour scheme; see the top of this file."""

    def __init__(self) -> None:
        self.passed: set[str] = set()

    def violations(self, page: Page) -> list[dict[str, Any]]:
        """Return what axe finds on this page, with contrast only in blocks whose like has not passed."""
        found: list[dict[str, Any]] = page.evaluate(ALL_BUT_CONTRAST)
        blocks = page.evaluate(BLOCKS)
        unlike = [at for at, block in enumerate(blocks) if block not in self.passed]
        if unlike:
            poor = page.evaluate(CONTRAST, unlike)
            if not poor:
                self.passed.update(blocks)
            found += poor
        return found
