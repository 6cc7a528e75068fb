// Stands between tagwerk and the sandbox, and lets every Sendcloud call pass through the validating
// proxy (`prism proxy --errors`) of the OpenAPI file that describes it.
//
//   node judge.js MODULES SPECS SANDBOX_URL WORK
//
// MODULES is the node_modules with prism; SPECS holds Sendcloud's files, of which WORK gets copies
// with the corrections of exceptions.json. Prints "judge: ready on URL". Writes WORK/calls.txt (one
// line per call) and WORK/findings.txt: each violation once, by the question (prism answered 422) or
// by the answer (500), with numbers and ids taken out, so that the same fault has the same line.
'use strict'
const { spawn } = require('child_process')
const fs = require('fs')
const http = require('http')
const path = require('path')

const [modules, specs, sandbox, work] = process.argv.slice(2)
const { parse } = require(path.join(modules, '@stoplight/yaml'))
const prism = path.join(modules, '@stoplight/prism-cli/dist/index.js')

// Which file describes a path. Paths in the files begin behind `base`.
const files = [
  { begins: '/api/v2/integrations', base: '/api/v2', name: 'sendcloud-v2-integrations-openapi.yml' },
  { begins: '/api/v2/parcels', base: '/api/v2', name: 'sendcloud-v2-parcels-openapi.yml' },
  { begins: '/api/v3/orders', base: '/api/v3', name: 'sendcloud-v3-orders-openapi.yml' },
  { begins: '/api/v3/user/auth/', base: '/api/v3', name: 'sendcloud-v3.openapi.json' }
]

// ---- the files, corrected

// One exception: at every place of the file that `at` names (a * stands for any member), `add` goes
// into the list, `set` takes the place of what is there, or, with neither, what is there goes.
function correct (node, at, exception) {
  const [name, ...rest] = at
  const names = name === '*' ? Object.keys(node) : name in node ? [name] : []
  let count = 0

  for (const one of names) {
    if (rest.length) {
      if (typeof node[one] === 'object' && node[one]) count += correct(node[one], rest, exception)
    } else {
      if ('add' in exception) node[one].push(exception.add)
      else if ('set' in exception) node[one] = exception.set
      else delete node[one]
      count++
    }
  }
  return count
}

function prepare (file) {
  const described = parse(fs.readFileSync(path.join(specs, file.name), 'utf8'))
  const exceptions = JSON.parse(fs.readFileSync(path.join(__dirname, 'exceptions.json'), 'utf8'))

  for (const exception of exceptions.filter((one) => one.file === file.name)) {
    if (!correct(described, exception.at.split(' '), exception)) {
      throw new Error(`exceptions.json: ${file.name} has no ${exception.at}: take this exception out`)
    }
  }
  file.path = path.join(work, file.name.replace(/\.\w+$/, '.json'))
  fs.writeFileSync(file.path, JSON.stringify(described))
}

// ---- the findings

const found = new Set()

function tell (line) {
  if (!found.has(line)) fs.appendFileSync(path.join(work, 'findings.txt'), line + '\n')
  found.add(line)
}

// "parcels.12.weight" of any number is the same fault.
function plain (text) {
  return text.replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b|(?<!v)\b\d+\b/g, '*')
}

function judge (question, status, body) {
  const call = `${question.method} ${plain(question.url.split('?')[0])}`
  let said = {}

  fs.appendFileSync(path.join(work, 'calls.txt'), `${question.method} ${question.url} ${status}\n`)
  if (!body.includes('stoplight.io/prism/errors')) return
  try {
    said = JSON.parse(body)
  } catch {
    tell(`${call}: ${body}`)
  }
  if (!said.validation) tell(`${call}: ${said.title}: ${plain(said.detail || '')}`)
  for (const one of said.validation || []) {
    tell(`${call}: ${one.location.map((at) => plain(`${at}`)).join('.')}: ${plain(one.message)}`)
  }
}

// ---- the way through

function forward (file, question, reply) {
  const headers = { ...question.headers }
  const target = new URL(file.url + question.url.slice(file.base.length))

  delete headers['accept-encoding'] // what is packed, prism does not judge
  const passed = http.request(target, { method: question.method, headers }, (answer) => {
    const pieces = []

    answer.on('data', (piece) => pieces.push(piece))
    answer.on('end', () => {
      const body = Buffer.concat(pieces)

      judge(question, answer.statusCode, body.toString())
      reply.writeHead(answer.statusCode, answer.headers)
      reply.end(body)
    })
  })
  passed.on('error', (error) => {
    tell(`${question.method} ${plain(question.url)}: the proxy failed: ${error.message}`)
    reply.destroy()
  })
  question.pipe(passed)
}

function serve (question, reply) {
  const file = files.find((one) => question.url.startsWith(one.begins))

  if (file) return forward(file, question, reply)
  tell(`${question.method} ${plain(question.url.split('?')[0])}: none of the files describes it`)
  reply.writeHead(404)
  reply.end()
}

// A proxy of its own for each file; resolves when it listens.
function start (file) {
  const words = [prism, 'proxy', '--errors', '--port', '0', file.path, sandbox + file.base]
  let said = ''

  file.process = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    file.process.stdout.on('data', (piece) => {
      if (file.url) return
      said += piece
      file.url = (said.match(/Prism is listening on (http:\/\/[\d.:]+)/) || [])[1]
      if (file.url) resolve()
    })
    file.process.on('exit', () => reject(new Error(`prism ended with ${file.name}:\n${said}`)))
  })
}

async function main () {
  const server = http.createServer(serve)

  process.on('SIGTERM', () => process.exit(0))
  process.on('exit', () => files.forEach((file) => file.process && file.process.kill()))
  files.forEach(prepare)
  await Promise.all(files.map(start))
  server.listen(0, '127.0.0.1', () => {
    console.log(`judge: ready on http://127.0.0.1:${server.address().port}`)
  })
}

main().catch((error) => {
  console.error(`judge: ${error.message}`)
  process.exit(1)
})
