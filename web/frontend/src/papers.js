// A paper to print; nothing else happens here.
import './styles/papers.css';

document.querySelectorAll('[data-print]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});
