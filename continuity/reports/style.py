"""How a page looks: on a screen, on a phone, in the dark and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #c9c9c9; --soft: #595959;
  --green: #14622b; --amber: #7a4b00; --red: #a3121b; --unknown: #4a4a68; }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 16px/1.45 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; }
main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.45rem; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
h2.part { font-size: 1.35rem; border-top: 3px solid var(--ink); padding-top: .6rem; }
p { margin: .3rem 0; } ul { margin: .3rem 0; padding-left: 1.2rem; }
.small, footer { font-size: .85rem; color: var(--soft); }
.strong { font-weight: bold; color: var(--red); }
.lamp { border-left: .5rem solid; padding: .2rem .8rem; margin: .6rem 0; }
.lamp.green { border-color: var(--green); } .lamp.amber { border-color: var(--amber); }
.lamp.red { border-color: var(--red); } .lamp.unknown { border-color: var(--unknown); }
.sign { display: inline-block; min-width: 1.3em; text-align: center; font-weight: bold;
  border: 2px solid; border-radius: .3em; }
.green .sign, .sign.green, td.green { color: var(--green); }
.amber .sign, .sign.amber, td.amber { color: var(--amber); }
.red .sign, .sign.red, td.red { color: var(--red); }
.unknown .sign, .sign.unknown, td.unknown { color: var(--unknown); }
figure { margin: .8rem 0; break-inside: avoid; } figcaption { font-weight: bold; }
figure img { max-width: 100%; height: auto; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .85rem; }
caption { text-align: left; font-weight: bold; padding: .2rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .4rem; text-align: left;
  vertical-align: top; }
th, td.green, td.amber, td.red, td.unknown { overflow-wrap: normal; }
.signature p { border-bottom: 1px solid var(--ink); padding-top: 1.6rem; max-width: 30rem; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b; --line: #4b4f55;
  --soft: #b4b4b4; --green: #7fd494; --amber: #f0b95a; --red: #ff8f8f; --unknown: #bdbdf0; } }
@media (max-width: 44rem) { thead { position: absolute; left: -999rem; }
  table, caption, tbody, tr, td { display: block; } tr { border: 1px solid var(--line);
  margin: 0 0 .6rem; } td { border: 0; } td[data-title]::before { content: attr(data-title) ": ";
  font-weight: bold; } }
@media print { body { font-size: 10pt; } table { font-size: 8pt; }
  .behind table { font-size: 6.5pt; } table.wide { table-layout: fixed; }
  caption, thead { break-after: avoid; } thead { display:
  table-header-group; } tr, .lamp { break-inside: avoid; } h2 { break-after: avoid; }
  .behind { page: wide; } h2.part { border: 0; } main, footer { max-width: none; } }
@page wide { size: A4 landscape; }
@page { size: A4; margin: 15mm 12mm; @bottom-right { content: counter(page) " / " counter(pages);
  font-size: 8pt; } }
""".strip()
