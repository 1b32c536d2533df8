export const indexStyle = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #1b1f24; --dim: #626b77; --line: #dfe3e8; --accent: #0b6bcb; --live: #1f9d55; --wait: #d98a00; --bad: #cf2f2f; }
@media (prefers-color-scheme: dark) { :root { --ground: #101317; --card: #191e24; --ink: #e8ebef; --dim: #98a2ae; --line: #2a313a; --accent: #62aef7; --live: #3ecf7a; --wait: #f0b03f; --bad: #ff6b6b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }
header, footer { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; max-width: 110rem; margin: 0 auto; padding: 1.1rem 1.4rem; }
header p, footer { color: var(--dim); }
header p { margin: 0; }
footer { justify-content: flex-start; font-size: .9rem; }
h1 { display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 1.35rem; letter-spacing: .01em; }
.lens { width: 1.25rem; height: 1.25rem; border-radius: 50%; border: .28rem solid var(--accent); box-shadow: inset 0 0 0 .14rem var(--ground); background: var(--accent); }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.2rem; max-width: 110rem; margin: 0 auto; padding: 0 1.4rem; }
article { max-width: 60rem; background: var(--card); border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; }
.picture { display: block; background: #000; aspect-ratio: 16 / 9; }
.picture img { display: block; width: 100%; height: 100%; object-fit: contain; color: #9aa4b0; font-size: .9rem; }
.about { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 1rem; padding: .8rem 1rem 0; }
h2 { margin: 0; max-width: 100%; font-size: 1.05rem; overflow-wrap: break-word; }
h2 a { color: inherit; text-decoration: none; }
h2 a:hover, h2 a:focus-visible { text-decoration: underline; }
.state { display: flex; align-items: baseline; gap: .45rem; margin: 0; font-size: .9rem; color: var(--dim); }
.dot { flex: none; width: .6rem; height: .6rem; border-radius: 50%; background: var(--dim); }
[data-state=live] .dot { background: var(--live); }
[data-state=starting] .dot, [data-state=recovering] .dot, [data-state=degraded] .dot { background: var(--wait); }
[data-state=failed] .dot { background: var(--bad); }
.numbers { margin: 0; padding: .1rem 1rem .5rem; font-size: .85rem; color: var(--dim); font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; gap: .4rem; padding: 0 1rem 1rem; }
nav a { padding: .2rem .65rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; text-decoration: none; }
a { color: var(--accent); }
nav a:hover, nav a:focus-visible { border-color: var(--accent); }
.none { grid-column: 1 / -1; color: var(--dim); }
`;
