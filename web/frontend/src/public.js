// Pages for workers: a few kilobytes, no htmx.
import 'bootstrap/dist/css/bootstrap-reboot.css';
import './styles/bootstrap-forms.css';
import './styles/tokens.css';
import './styles/parts.css';
import './styles/messages.css';
import './styles/tables.css';
import './styles/forms.css';
import './styles/shell.css';
import './styles/shell-narrow.css';
import './styles/diagram.css';
import './styles/public.css';
import './behaviour/forms.js';
import './behaviour/theme.js';
