// The staff shell. Every page works without this file; it makes them quicker.
import 'bootstrap/dist/css/bootstrap.css';
import './styles/tokens.css';
import './styles/parts.css';
import './styles/forms.css';
import './styles/shell.css';
import './styles/inbox.css';
import './styles/diagram.css';
import './styles/monitor.css';
import './styles/start.css';
import './styles/reference.css';
import './behaviour/htmx.js';
import './behaviour/forms.js';
import './behaviour/drafts.js';
import './behaviour/diagrams.js';
import './behaviour/keyboard.js';
import './behaviour/theme.js';
