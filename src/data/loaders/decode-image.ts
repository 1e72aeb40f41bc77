import type { ImageSchema } from '../schema/index.ts'

/** Decodes the bytes of an image file to the size and channels of the schema: height × width × channels bytes. */
export type DecodeImage = (bytes: Uint8Array) => Promise<Uint8Array>

/** Pixels that a file may have. A file of a few kilobytes can ask for more than the memory holds. */
const PIXELS = 128 * 1024 * 1024

const FITS = { fit: 'contain', crop: 'cover', stretch: 'fill' } as const

/**
 * Makes a decoder for one schema. It turns the image as its EXIF data says, lays transparent pixels on the background, and converts grey, palette, CMYK and 16-bit
 * images. It throws for a file that is cut.
 */
export async function imageDecoder({ height, width, channels, resize, background }: ImageSchema): Promise<DecodeImage> {
  const { default: sharp } = await import('sharp')
  // Files are decoded side by side; the cache of the library would hold each of them.
  sharp.cache(false)
  sharp.concurrency(1)
  const colour = { r: background, g: background, b: background }
  return async (bytes) => {
    const { data, info } = await sharp(bytes, { failOn: 'truncated', limitInputPixels: PIXELS })
      .autoOrient()
      .flatten({ background: colour })
      .resize(width, height, { fit: FITS[resize], background: colour })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== channels) throw new Error(`decoded to ${info.channels} channels instead of ${channels}`)
    return data
  }
}
