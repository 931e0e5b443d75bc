namespace QDrop.Reports;

/// <summary>How the page looks. The first series is what was before, the second, or only one, what counts.</summary>
internal static class PageStyle
{
    /// <summary>The style sheet; it has no character that XML would take for markup.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --page: #fcfcfb; --panel: #f3f2ee; --ink: #16150f; --soft: #5c5a53; --rule: #dedcd3; --before: #b3b0a5; --main: #2a6fc9; }
        @media (prefers-color-scheme: dark) { :root { --page: #171715; --panel: #22221f; --ink: #f2f1ec; --soft: #b0aea4; --rule: #3a3934; --before: #6d6b63; --main: #5b9bea; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 2.5rem 0 .3rem; }
        p { margin: .3rem 0 .8rem; max-width: 46rem; }
        .soft, figcaption, caption { color: var(--soft); }
        code, pre { font: .875em/1.45 ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
        pre { background: var(--panel); border-left: 3px solid var(--main); padding: .6rem .8rem; margin: .3rem 0 1rem; white-space: pre-wrap; }
        dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem; margin: 1.2rem 0 0; }
        dl.figures div { background: var(--panel); border-radius: 6px; padding: .6rem .8rem; }
        dl.figures dt { color: var(--soft); font-size: .85rem; }
        dl.figures dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
        dl.figures small { display: block; font-size: .8rem; color: var(--soft); }
        ol.advice { padding-left: 1.3rem; }
        .scroll { overflow-x: auto; }
        .scroll svg { display: block; width: 100%; min-width: 34rem; height: auto; }
        svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
        svg .tick { fill: var(--soft); font-size: 11px; }
        svg .value { fill: var(--soft); font-variant-numeric: tabular-nums; }
        svg .grid { stroke: var(--rule); }
        svg .zero { stroke: var(--soft); }
        .s0 { fill: var(--before); background: var(--before); }
        .s1 { fill: var(--main); background: var(--main); }
        .legend { color: var(--soft); font-size: .9rem; margin: .2rem 0 .6rem; }
        .key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .35em 0 .6em; }
        .levels { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem; margin: .8rem 0; }
        figure { margin: 0; min-width: 0; }
        figure svg { display: block; width: 100%; height: auto; }
        figcaption { font-size: .85rem; overflow-wrap: anywhere; }
        details { margin: .4rem 0 1rem; }
        summary { cursor: pointer; color: var(--soft); }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
        caption { text-align: left; }
        th, td { padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        thead th { font-weight: 600; color: var(--soft); vertical-align: bottom; white-space: normal; }
        tbody th { font-weight: 400; }
        """;
}
