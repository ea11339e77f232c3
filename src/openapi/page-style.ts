/** The style of the page at `/docs`. */
export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c2330, #e4e8ef); --soft: light-dark(#5c6778, #9aa5b5); --line: light-dark(#dfe4ec, #2c3442);
  --ground: light-dark(#ffffff, #12161d); --side: light-dark(#f6f8fb, #171c25); --accent: light-dark(#2456c8, #7ea6ff); --code: light-dark(#eef2f8, #1f2733); }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem; background: var(--side); border-right: 1px solid var(--line); font-size: .9rem; }
nav h2 { margin: 1.25rem 0 .35rem; font-size: .75rem; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { overflow-wrap: anywhere; } nav small { color: var(--soft); font-size: .75rem; }
main { padding: 2rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 68rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { margin: 0 0 .5rem; font-size: 2rem; } h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); }
.chapter { margin-top: 3.5rem; }
section { padding-top: 1.5rem; margin-top: 2rem; border-top: 1px solid var(--line); }
.operation h2 { margin: 0 0 .5rem; font-size: 1.25rem; } .operation h3 { margin: 1.25rem 0 .25rem; font-size: .95rem; color: var(--soft); }
.method { display: inline-block; padding: .1rem .55rem; border-radius: .35rem; background: var(--accent); color: var(--ground); font-size: .8rem; vertical-align: .12rem; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; } code { padding: .1em .3em; border-radius: .25rem; background: var(--code); }
pre { padding: .9rem 1rem; border-radius: .5rem; background: var(--code); overflow-x: auto; }
dl { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); gap: .5rem 1rem; margin: .5rem 0; } dt { font-weight: 600; } dd { margin: 0; } dd p { margin: .35rem 0 0; }
table { width: 100%; border-collapse: collapse; font-size: .925rem; } th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 500; } th[scope=row] { font-weight: 400; white-space: nowrap; } td:nth-last-child(2) { min-width: 9rem; }
abbr { color: #d43f3f; text-decoration: none; } details { margin-top: .35rem; } summary { cursor: pointer; color: var(--soft); }
@media (max-width: 48rem) { body { display: block; } nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); } th[scope=row] { white-space: normal; } table { display: block; overflow-x: auto; } }
`;
