import { useEffect, useState } from 'preact/hooks'
import type { EIP1193Provider } from 'viem'

/** A wallet that announced itself (EIP-6963). */
export interface Wallet {
  info: { uuid: string; name: string; rdns: string; icon: string }
  provider: EIP1193Provider
}

/** Every wallet of this browser: each announces itself when it is asked, and no wallet hides another. */
export function useWallets(): Wallet[] {
  const [wallets, setWallets] = useState<Wallet[]>([])
  useEffect(() => {
    const found = (event: Event): void => {
      const wallet = (event as CustomEvent<Wallet>).detail
      setWallets((known) => (known.some(({ info }) => info.uuid === wallet.info.uuid) ? known : [...known, wallet]))
    }
    addEventListener('eip6963:announceProvider', found)
    dispatchEvent(new Event('eip6963:requestProvider'))
    return () => removeEventListener('eip6963:announceProvider', found)
  }, [])
  return wallets
}
