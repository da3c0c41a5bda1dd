// Starts the page.

import { render } from 'solid-js/web'
import { App } from './app/App'
import { resume } from './app/session'
import { wear } from './app/theme'
import './styles/base.css'
import './styles/shell.css'
import './styles/fleet.css'
import './styles/table.css'
import './styles/drawer.css'
import './styles/act.css'
import './styles/views.css'
import './styles/print.css'

wear()
void resume()
render(() => <App />, document.getElementById('page')!)
