import type { Page } from 'playwright-core'
import type { Anvil } from '../../../src/chain/index.ts'

/** The wallet of a browser as an extension would inject it: it announces itself (EIP-6963), is on another chain at first, and anvil signs for it. */
export class InjectedWallet {
  /** Methods that the page asked for, in order. */
  readonly asked: string[] = []
  /** The next signature is refused. */
  refuses = false
  #chainId = 1
  readonly #anvil: Anvil
  readonly #account: string

  constructor(anvil: Anvil, account: string) {
    this.#anvil = anvil
    this.#account = account
  }

  /** Injects it into every document that the page loads. */
  async into(page: Page): Promise<void> {
    await page.exposeFunction('askWallet', async (method: string, params: unknown[]) => this.#answer(method, params))
    await page.addInitScript(ANNOUNCE)
  }

  async #answer(
    method: string,
    params: unknown[],
  ): Promise<{ result?: unknown; error?: { code: number; message: string; data?: unknown } }> {
    this.asked.push(method)
    switch (method) {
      case 'eth_requestAccounts':
      case 'eth_accounts':
        return { result: [this.#account] }
      case 'wallet_switchEthereumChain':
        this.#chainId = Number((params[0] as { chainId: string }).chainId)
        return { result: null }
      case 'eth_sendTransaction':
        if (!this.refuses) break
        this.refuses = false
        return { error: { code: 4001, message: 'the owner refused' } }
      case 'eth_chainId':
        return { result: `0x${this.#chainId.toString(16)}` }
    }
    if (this.#chainId !== this.#anvil.chainId) return { error: { code: 4901, message: 'the wallet is on another chain' } }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(this.#anvil.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return (await response.json()) as { result?: unknown }
  }
}

/** Runs in the page, before its own scripts. */
const ANNOUNCE = `
  const provider = {
    async request({ method, params = [] }) {
      const { result, error } = await globalThis.askWallet(method, params)
      if (error) throw Object.assign(new Error(error.message), error)
      return result
    },
    on() {},
    removeListener() {},
  }
  const info = { uuid: '0d6a3b6e-6f1c-4a36-9a39-2f6f0c1f5a11', name: 'Test Wallet', rdns: 'org.example.wallet', icon: 'data:,' }
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
`
