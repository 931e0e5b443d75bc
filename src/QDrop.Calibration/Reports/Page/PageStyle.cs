namespace QDrop.Calibration.Reports.Page;

/// <summary>How the page looks. The first series is what was before, the second, or only one, what counts, the third what stands out.</summary>
internal static class PageStyle
{
    /// <summary>The style sheet; it has no character that XML would take for markup.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --page: #fcfcfb; --panel: #f3f2ee; --ink: #16150f; --soft: #5c5a53; --rule: #dedcd3; --before: #98958a; --main: #2a6fc9; --mark: #b8500c; }
        @media screen and (prefers-color-scheme: dark) { :root { --page: #171715; --panel: #22221f; --ink: #f2f1ec; --soft: #b0aea4; --rule: #3a3934; --before: #7d7b72; --main: #5b9bea; --mark: #ef9a55; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .3rem; }
        section { margin: 2.5rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--rule); }
        p { margin: .3rem 0 .8rem; max-width: 46rem; }
        small { font-size: .85em; color: var(--soft); font-weight: 400; }
        .soft, figcaption { color: var(--soft); }
        code, pre { font: .875em/1.45 ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
        pre { background: var(--panel); border-left: 3px solid var(--main); padding: .6rem .8rem; margin: .3rem 0 1rem; white-space: pre-wrap; }
        pre .soft { user-select: none; }
        dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.7rem, 1fr)); gap: .7rem; margin: 1.2rem 0 0; }
        dl.figures div { background: var(--panel); border-radius: 6px; padding: .6rem .8rem; min-width: 0; }
        dl.figures dt { color: var(--soft); font-size: .85rem; }
        dl.figures dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
        dl.figures small { display: block; font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
        ol.advice { padding-left: 1.5rem; }
        .advice strong { overflow-wrap: anywhere; }
        .gain { color: var(--main); white-space: nowrap; }
        .chart { position: relative; display: grid; grid-template-columns: fit-content(15rem) minmax(8rem, 1fr) max-content; grid-auto-flow: row dense; align-items: center; column-gap: .75rem; font-size: .875rem; line-height: 1.25; margin: .4rem 0 .8rem; }
        .chart .row { display: contents; }
        .chart .name { grid-column: 1; text-align: right; overflow-wrap: anywhere; min-width: 0; }
        .chart .value { grid-column: 3; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .chart svg { grid-column: 2; display: block; width: 100%; }
        .chart .row:hover .name, .chart .row:hover .value { color: var(--main); }
        .chart .lines { position: absolute; grid-column: 2 / 3; inset: 0; height: 100%; pointer-events: none; }
        .bar { position: relative; }
        .plot svg { display: block; width: 100%; }
        .head { position: sticky; top: 0; z-index: 1; height: 24px; background: var(--page); }
        .long { max-height: 44rem; overflow-y: auto; padding-right: .5rem; }
        svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
        svg .grid { stroke: var(--rule); }
        svg .zero { stroke: var(--soft); }
        svg .curve { stroke: var(--main); stroke-width: 2; }
        .s0 { fill: var(--before); background: var(--before); }
        .s1 { fill: var(--main); background: var(--main); }
        .s2 { fill: var(--mark); background: var(--mark); }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; color: var(--soft); font-size: .9rem; margin: 0 0 .4rem; }
        .key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .4em 0 0; }
        .levels { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1.2rem 1rem; margin: .8rem 0; }
        figure { margin: 0; min-width: 0; }
        figure svg { display: block; width: 100%; height: auto; }
        .ends { display: flex; justify-content: space-between; margin: 0; color: var(--soft); font-size: .75rem; line-height: 1.3; }
        figcaption { font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
        figcaption code { display: block; color: var(--ink); font-size: .85rem; }
        details { margin: .4rem 0 .6rem; }
        summary { cursor: pointer; color: var(--soft); padding: .2rem 0; }
        summary:hover { color: var(--ink); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
        th, td { padding: .3rem 0 .3rem 1.2rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        thead th { font-weight: 600; color: var(--soft); vertical-align: bottom; white-space: normal; min-width: 4.5rem; }
        tbody th { font-weight: 400; }
        .names tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
        .pairs th, .pairs td { text-align: left; vertical-align: top; }
        .pairs td { white-space: normal; overflow-wrap: anywhere; }
        @media (max-width: 40rem) {
          main { padding-top: 1.2rem; }
          .chart { grid-template-columns: 1fr max-content; }
          .chart .name { text-align: left; padding-top: .3rem; background: var(--page); position: relative; align-self: stretch; }
          .chart .value { grid-column: 2; padding-top: .3rem; background: var(--page); position: relative; align-self: stretch; }
          .chart svg, .chart .lines { grid-column: 1 / -1; }
          .chart span.head { display: none; }
          .chart svg.head { position: sticky; }
        }
        @media print {
          body { font-size: 10pt; }
          main { max-width: none; padding: 0; }
          section { break-inside: auto; }
          h2, .legend { break-after: avoid; }
          figure, .advice li, dl.figures div, tr { break-inside: avoid; }
          .head { position: static; }
          .long { max-height: none; overflow: visible; }
          .scroll { overflow: visible; }
          svg, .key, dl.figures div, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          details::details-content { content-visibility: visible; height: auto; }
        }
        """;
}
