import htmx from 'htmx.org';

window.htmx = htmx;

// 422 brings the form's errors, 409 what happened meanwhile: both belong on the page.
document.addEventListener('htmx:beforeSwap', (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A lost connection or a server error must be seen, not only logged.
const say = (text) => {
  const place = document.querySelector('#live');
  if (place) place.textContent = text;
};
document.addEventListener('htmx:sendError', () => say('网络不通，刚才的操作没有送达。填写的内容还在页面上，请稍后再试。'));
document.addEventListener('htmx:responseError', (event) => {
  if (event.detail.xhr.status === 401) location.reload();
  else say('服务暂时没有完成这次操作，填写的内容还在页面上，请再试一次。');
});
document.addEventListener('htmx:beforeRequest', () => say(''));

// Focus, and bring it between the bars: the browser's own scrolling stops under the sticky foot.
function show(part) {
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: 'center' });
}

// After an error response focus goes to its summary, after opening a task to its heading.
document.addEventListener('htmx:afterSettle', (event) => {
  const wanted = document.querySelector('[data-focus]');
  if (wanted) {
    show(wanted);
    wanted.removeAttribute('data-focus');
  } else if (event.detail.elt.id === 'detail') {
    event.detail.elt.querySelector('h1')?.focus({ preventScroll: true });
  }
});
const first = document.querySelector('[data-focus]');
if (first) show(first);

// The chosen line of the list is marked; on a phone the detail takes the list's place.
document.addEventListener('htmx:afterRequest', (event) => {
  const line = event.detail.elt.closest?.('.task-item');
  if (!line || !event.detail.successful) return;
  document.querySelectorAll('.task-item[aria-current]').forEach((other) => other.removeAttribute('aria-current'));
  line.setAttribute('aria-current', 'true');
  line.classList.remove('fresh');
  document.body.classList.add('has-detail');
});
