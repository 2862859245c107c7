// Photos are made smaller before they travel: a letter is readable at this size, and a weak signal
// carries half a megabyte where it would drop six. The server checks everything anew.
const LONG_SIDE = 2600;
const WORTH_IT = 900 * 1024;

async function smaller(file) {
  if (!file.type.startsWith('image/') || file.size < WORTH_IT) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
  } catch {
    return file; // a format the browser cannot draw: the server says what it thinks of it
  }
}

const field = document.getElementById('files');
if (field && window.createImageBitmap && window.DataTransfer && document.querySelector('[data-intake]')) {
  field.addEventListener('change', async () => {
    const chosen = [...field.files];
    const files = new DataTransfer();
    for (const file of chosen) files.items.add(await smaller(file));
    // the person may have chosen anew meanwhile
    if (chosen.length === field.files.length && chosen.every((file, at) => file === field.files[at])) {
      field.files = files.files;
    }
  });
}
