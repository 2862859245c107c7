// Recording a few sentences in the page. Where the browser cannot, the button stays what it was
// without a script: a file field that opens the phone's own recorder.
const LONGEST = 5 * 60;
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/webm', 'audio/ogg'];

const field = document.getElementById('voice');
const label = document.querySelector('label[for="voice"]');
const said = document.querySelector('output[for="voice"]');
const possible = field && navigator.mediaDevices?.getUserMedia && window.MediaRecorder && window.DataTransfer;

let recorder = null;

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function keep(blob, seconds) {
  const files = new DataTransfer();
  [...field.files].forEach((file) => files.items.add(file));
  const ending = blob.type.includes('mp4') ? 'm4a' : blob.type.includes('ogg') ? 'ogg' : 'webm';
  files.items.add(new File([blob], `录音${files.files.length + 1}.${ending}`, { type: blob.type }));
  field.files = files.files;
  said.textContent = `已录 ${files.files.length} 段，刚才一段 ${clock(seconds)}`;
}

function record(stream, button, text) {
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  const parts = [];
  let seconds = 0;
  recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 });
  const tick = setInterval(() => {
    seconds += 1;
    text.textContent = `停止 ${clock(seconds)}`;
    if (seconds >= LONGEST) recorder.stop();
  }, 1000);
  recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
  recorder.addEventListener('stop', () => {
    clearInterval(tick);
    stream.getTracks().forEach((track) => track.stop());
    recorder = null;
    button.classList.remove('recording');
    text.textContent = '再录一段';
    keep(new Blob(parts, { type: type.split(';')[0] }), seconds);
  });
  recorder.start();
  button.classList.add('recording');
  text.textContent = '停止 0:00';
}

if (possible) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = label.className;
  button.setAttribute('aria-describedby', 'files-hint');
  button.append(label.querySelector('svg').cloneNode(true));
  const text = document.createElement('span');
  text.textContent = label.textContent.trim();
  button.append(text);
  label.hidden = true;
  field.hidden = true;
  label.after(button);
  button.addEventListener('click', async () => {
    if (recorder) {
      recorder.stop();
      return;
    }
    try {
      record(await navigator.mediaDevices.getUserMedia({ audio: true }), button, text);
    } catch {
      field.click(); // no microphone or not allowed: choose a recording instead
    }
  });
}
