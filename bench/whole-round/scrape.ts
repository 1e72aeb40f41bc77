/** Reads `/metrics` of the programs that listen on these ports; returns the sum of a metric over all of them and all its labels that hold `label`. */
export async function scrape(ports: readonly number[]): Promise<(name: string, label?: string) => number> {
  const pages = await Promise.all(ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()))
  const lines = pages.flatMap((page) => page.split('\n'))
  return (name, label = '') =>
    lines
      .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label && `"${label}"`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
