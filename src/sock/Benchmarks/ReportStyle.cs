namespace Sockeye.Tool.Benchmarks;

/// <summary>How a report looks, on a light screen, on a dark one, and on paper.</summary>
internal static class ReportStyle
{
    public const string Sheet = """

        :root {
          color-scheme: light dark;
          --paper: #f6f7f9; --card: #ffffff; --ink: #1b2430; --faint: #5c6876; --rule: #dfe4ea;
          --one: #2364aa; --two: #d1495b; --three: #8a5fb5; --bad: #b3261e;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #11161d; --card: #1a212b; --ink: #e6ebf2; --faint: #98a5b5; --rule: #2d3846;
            --one: #6cb0f5; --two: #ff8a8f; --three: #c3a1ee; --bad: #ff8a80;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
          font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums;
        }
        h1 { margin: 0; font-size: 1.5rem; font-weight: 650; overflow-wrap: anywhere; }
        header p { margin: .25rem 0 1.5rem; color: var(--faint); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 0 0 1rem; }
        .tiles div, figure, table { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; }
        .tiles div { padding: .7rem .9rem; }
        .tiles dt { color: var(--faint); font-size: .8rem; }
        .tiles dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
        .remarks { margin: 0 0 1rem; padding: .7rem .9rem .7rem 2rem; border-left: .25rem solid var(--bad); background: var(--card); }
        .plots, .tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: .75rem; margin: 0 0 .75rem; }
        .tables { align-items: start; }
        figure { margin: 0; padding: .9rem; }
        figcaption { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; font-weight: 600; }
        figcaption span { color: var(--faint); font-size: .8rem; font-weight: 400; }
        figcaption i { display: inline-block; width: .8rem; height: .2rem; margin-right: .35rem; vertical-align: middle; background: currentColor; }
        svg { display: block; width: 100%; height: auto; margin-top: .4rem; overflow: visible; }
        svg text { fill: var(--faint); font-size: 12px; }
        .rule { stroke: var(--rule); }
        .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
        .area { fill: currentColor; opacity: .15; stroke: none; }
        .bar { fill: currentColor; }
        .one { color: var(--one); } .two { color: var(--two); } .three { color: var(--three); } .bad { color: var(--bad); }
        table { width: 100%; padding: .5rem .9rem .7rem; border-spacing: 0; }
        caption { padding: .5rem 0 .3rem; text-align: left; font-weight: 600; }
        th, td { padding: .25rem 0; border-top: 1px solid var(--rule); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
        tr:first-child > * { border-top: 0; }
        th { width: 9rem; padding-right: 1rem; color: var(--faint); font-weight: 400; }
        @media print { body { background: none; padding: 0; } figure, table { break-inside: avoid; } }

        """;
}
