import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startKeys } from './app/keys.js';
import { startTheme } from './app/theme.js';
import { App } from './App.js';
import { Session } from './connection/session.js';
import './style/base.css';
import './style/shell.css';

const root = document.getElementById('root');
if (root === null) throw new Error('expected an element with the id root');
startTheme();
startKeys();
createRoot(root).render(
  <StrictMode>
    <App session={new Session()} />
  </StrictMode>,
);
