/** The design of the dashboard on paper: the charts have their colours as fallbacks of the page's own. */
export const REPORT_STYLE = `
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:#16202a;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:2px solid #0f766e;padding-bottom:.2rem}
p.lead{color:#52606d;margin:.2rem 0 1rem}
ul{padding-left:1.2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.92rem}
caption{text-align:left;color:#52606d;padding:.6rem 0 .3rem}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid #d5dbe0;vertical-align:top;overflow-wrap:anywhere}
thead th{color:#52606d;white-space:nowrap}
code{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
figure{margin:.5rem 0}
figcaption{color:#52606d}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text{fill:#52606d;font-size:12px}
.chart .grid{stroke:#d5dbe0}
.chart .line{fill:none;stroke-width:2}
.chart .band{fill:#0f766e;opacity:.14}
.chart .s1{stroke:#0f766e;fill:#0f766e}
.chart .s2{stroke:#b4530a;fill:#b4530a}
.chart .line.s1,.chart .line.s2{fill:none}
.chart .s1 .line,.chart .s2 .line{fill:none}
.legend{list-style:none;display:flex;gap:1.2rem;padding:0}
.legend svg{display:inline-block;width:1.6rem;height:.8rem;vertical-align:middle;margin-right:.3rem}
footer{margin-top:2.5rem;color:#52606d;font-size:.85rem}
@media (max-width:600px){section{overflow-x:auto}}
@media print{body{margin:0;max-width:none}section{break-inside:avoid}}
`
