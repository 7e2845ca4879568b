"""How a page looks: on a screen, on a phone, in the dark and on paper."""

WIDE, BROAD = "wide", "broad"
"""Tables that need a large screen, or half of one; any other fits beside what is no phone."""

_CARDS = """@media screen and (max-width: WIDTH) { .KIND thead, .KIND colgroup { position: absolute;
  left: -999rem; } table.KIND, .KIND caption, .KIND tbody, .KIND tr, .KIND td { display: block; }
  .KIND tr { border: 1px solid var(--line); margin: 0 0 .6rem; } .KIND td { border: 0; }
  .KIND td[data-title]::before { content: attr(data-title) ": "; font-weight: bold; }
  .KIND td:empty { display: none; } }"""


def _cards(kind: str, width: str) -> str:
    """Show each row as a list where a table of a kind has no room."""
    return _CARDS.replace("KIND", kind).replace("WIDTH", width)


STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #c9c9c9; --soft: #595959;
  --head: #f1f1f4; --green: #14622b; --amber: #7a4b00; --red: #a3121b; --unknown: #4a4a68; }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 15px/1.4 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; }
main, footer { max-width: 84rem; margin: 0 auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: .7rem 0 .5rem; }
h2 { font-size: 1.05rem; margin: .9rem 0 .2rem; } h3 { font-size: .95rem; margin: .8rem 0 .2rem; }
h2.part { font-size: 1.35rem; border-top: 3px solid var(--ink); padding-top: .6rem;
  margin-top: 1.6rem; }
p { margin: .15rem 0; } ul { margin: .2rem 0; padding-left: 1.2rem; }
.small, footer { font-size: .85rem; color: var(--soft); }
.strong { font-weight: bold; color: var(--red); }
.lamp { border-left: .4rem solid; padding: .05rem .7rem; margin: .45rem 0; }
.lamp.green { border-color: var(--green); } .lamp.amber { border-color: var(--amber); }
.lamp.red { border-color: var(--red); } .lamp.unknown { border-color: var(--unknown); }
.sign { display: inline-block; min-width: 1.2em; line-height: 1.2; text-align: center;
  font-weight: bold; border: 2px solid; border-radius: .3em; }
.green .sign, .sign.green, td.green { color: var(--green); }
.amber .sign, .sign.amber, td.amber { color: var(--amber); }
.red .sign, .sign.red, td.red { color: var(--red); }
.unknown .sign, .sign.unknown, td.unknown { color: var(--unknown); }
figure { margin: .8rem 0; break-inside: avoid; } figcaption { font-weight: bold; }
figure img { width: 100%; max-width: 60rem; height: auto; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0; font-size: .85rem;
  table-layout: fixed; }
caption { text-align: left; color: var(--soft); padding: .1rem 0; }
th, td { border: 1px solid var(--line); padding: .15rem .35rem; text-align: left;
  vertical-align: top; unicode-bidi: plaintext; }
th { background: var(--head); hyphens: auto; }
.signature { display: grid; grid-template-columns: 1fr 1fr; column-gap: 2rem; }
.signature p { border-bottom: 1px solid var(--ink); padding-top: 1.1rem; color: var(--soft); }
@media screen and (min-width: 64rem) { .front { columns: 2; column-gap: 2rem; }
  .front { font-size: .92rem; } .front h2 { margin-top: 0; }
  .together { break-inside: avoid; padding-bottom: .6rem; }
  .front table { font-size: .8rem; } .front .lamp p { display: inline; } }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b; --line: #4b4f55;
  --soft: #b4b4b4; --head: #24272c; --green: #7fd494; --amber: #f0b95a; --red: #ff8f8f;
  --unknown: #bdbdf0; } }
@media screen and (max-width: 44rem) { thead, colgroup { position: absolute; left: -999rem; }
  table, caption, tbody, tr, td { display: block; } tr { border: 1px solid var(--line);
  margin: 0 0 .6rem; } td { border: 0; } td[data-title]::before { content: attr(data-title) ": ";
  font-weight: bold; } td:empty { display: none; } .signature { display: block; } }
CARDS
@media print { body { font-size: 8.2pt; line-height: 1.25; }
  h1 { font-size: 12pt; margin: 0 0 4pt; }
  h2 { font-size: 9.5pt; margin: 5pt 0 1pt; }
  h3 { font-size: 9pt; margin: 4pt 0 1pt; } h2.part { border: 0; font-size: 13pt; }
  main, footer { max-width: none; padding: 0; } .front table { font-size: 7.3pt; }
  .front caption { display: none; }
  .lamp { margin: 3pt 0; } .front .lamp p { display: inline; } .small, footer { font-size: 7.5pt; }
  .behind { page: wide; font-size: 8pt; } .behind table { font-size: 6.5pt; }
  th, td { padding: 1.5pt 3pt; } caption, thead { break-after: avoid; }
  thead { display: table-header-group; } tr, .lamp { break-inside: avoid; }
  h2, h3 { break-after: avoid; } .signature { display: block; columns: 2; }
  .signature p { padding-top: 9pt; break-inside: avoid; } figure img { max-width: 200mm; } }
@page { size: A4; margin: 10mm 12mm 12mm; @bottom-right {
  content: counter(page) " / " counter(pages); font: 8pt "DejaVu Sans", sans-serif; } }
@page wide { size: A4 landscape; }
""".strip().replace("CARDS", f"{_cards(WIDE, '76rem')}\n{_cards(BROAD, '60rem')}")
