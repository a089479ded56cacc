import { render } from 'preact';
import { Session } from './session';
import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/panel.css';
import { App, dressDocument, keepAddress } from './ui/app';

dressDocument();
keepAddress();
const session = new Session(new URL('.', document.baseURI).href);
render(<App session={session} />, document.getElementById('app') as HTMLElement);
void session.start();
