/**
 * Why there can be no GPU for Dawn here: on Linux it needs the Vulkan loader, and complains on standard error where there is none. The loader is looked
 * for as Dawn does, by the search path of the system.
 *
 * @returns what to install, or undefined where a loader is found or another system has its own
 */
export function missingVulkanLoader(): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1')
  } catch (error) {
    // A library that is found and is no add-on of Node says that it did not register itself.
    if (/cannot open shared object file/.test(String(error)))
      return 'there is no Vulkan loader (libvulkan.so.1): install the package libvulkan1, and the driver of the GPU'
  }
  return undefined
}
