import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { Session } from './live/session.js';
import './style.css';

const root = document.getElementById('root');
if (root === null) throw new Error('expected an element with the id root');
createRoot(root).render(
  <StrictMode>
    <App session={new Session()} />
  </StrictMode>,
);
