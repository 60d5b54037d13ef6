/**
 * Reads the site's logo and hands it on as a small PNG: the frame itself loads nothing from
 * other sites. A logo of another site needs that site's permission (CORS); else there is none.
 */
const SIZE = 96;

/**
 * @param {string} address
 * @param {(data: string) => void} use
 */
export function readLogo(address, use) {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.onload = () => {
    const canvas = document.createElement('canvas');
    const scale = Math.min(SIZE / (image.width || SIZE), SIZE / (image.height || SIZE));
    canvas.width = Math.max(1, Math.round((image.width || SIZE) * scale));
    canvas.height = Math.max(1, Math.round((image.height || SIZE) * scale));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    try {
      use(canvas.toDataURL('image/png'));
    } catch {
      // The other site did not allow it: the chat shows no logo.
    }
  };
  image.src = address;
}
