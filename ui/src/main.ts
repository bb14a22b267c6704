import { mount } from 'svelte'
import './styles/tokens.css'
import './styles/fonts.css'
import './styles/base.css'
import App from './App.svelte'
import { listen } from './state/address.svelte'
import { live } from './state/live'

listen()
live()
mount(App, { target: document.getElementById('app')! })
