// Stands between tagwerk and the sandbox, and lets every call pass through the validating proxy
// (`prism proxy --errors`) of the file in which its vendor describes it.
//
//   node judge.js MODULES SPECS SANDBOX_URL WORK
//
// MODULES is the node_modules with prism; SPECS holds the vendors' files (specs.json says which), of
// which WORK gets copies with the corrections of exceptions.json. Prints "judge: ready on URL".
// Writes WORK/calls.txt (one line per call) and WORK/findings.txt: each violation once, by the
// question (prism answered 422) or by the answer (500), with numbers and ids taken out, so that the
// same fault has the same line. SIGTERM ends it; then it also tells of exceptions without which
// nothing would have been found, and of calls that should have been made, and WORK/corrections.txt
// lists the exceptions with their reasons.
'use strict'
const { spawn } = require('child_process')
const fs = require('fs')
const http = require('http')
const path = require('path')

const [modules, folder, sandbox, work] = process.argv.slice(2)
const { parse } = require(path.join(modules, '@stoplight/yaml'))
const prism = path.join(modules, '@stoplight/prism-cli/dist/index.js')
const load = (name) => JSON.parse(fs.readFileSync(path.join(__dirname, name), 'utf8'))
const specs = load('specs.json')
const exceptions = load('exceptions.json')
const proxies = []

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

function prepare (spec) {
  const described = parse(fs.readFileSync(path.join(folder, spec.file), 'utf8'))

  spec.exceptions = exceptions.filter((one) => one.file === spec.file)
  for (const exception of spec.exceptions) {
    if (!correct(described, exception.at.split(' '), exception)) {
      throw new Error(`exceptions.json: ${spec.file} has no ${exception.at}: take this exception out`)
    }
  }
  spec.path = path.join(work, spec.file.replace(/\.\w+$/, '.json'))
  fs.writeFileSync(spec.path, JSON.stringify(described))
}

// ---- the findings

const found = new Set()
const calls = new Set()

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

  calls.add(`${question.method} ${question.url} ${status}`)
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

// What the witness of a file says is "Violation: request.body.0.email must match ...".
function witness (spec, line) {
  const place = (line.match(/Violation: (\S+)/) || [''])[1]

  for (const exception of spec.exceptions) {
    if (place && place.endsWith(`.${exception.at.split(' ').slice(-2)[0]}`)) exception.occurs = true
  }
}

// A judge that was asked nothing objects to nothing, and an exception that nobody needs hides the
// fault that comes next.
function close () {
  const stale = exceptions.filter((one) => !one.occurs)
  const missing = specs.flatMap((spec) => spec.calls)
    .filter((call) => ![...calls].some((made) => new RegExp(`^${call}$`).test(made)))

  stale.forEach((one) => tell(`exceptions.json: ${one.file}, ${one.at}: it does not occur: take it out`))
  fs.writeFileSync(path.join(work, 'corrections.txt'),
    exceptions.map((one) => `${one.file}, ${one.at}: ${one.why}\n`).join(''))
  missing.forEach((call) => tell(`specs.json: the scenario made no call: ${call}`))
  process.exit(0)
}

// ---- the way through

function forward (spec, question, reply) {
  const headers = { ...question.headers }
  const target = new URL(spec.url + question.url.slice(spec.base.length))

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
  const spec = specs.find((one) => question.url.startsWith(one.begins))

  if (spec) return forward(spec, question, reply)
  tell(`${question.method} ${plain(question.url.split('?')[0])}: none of the files describes it`)
  reply.writeHead(404)
  reply.end()
}

// Resolves to its address when it listens.
function proxy (words, hear) {
  const child = spawn(process.execPath, [prism, 'proxy', '--port', '0', ...words],
    { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''

  proxies.push(child)
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (piece) => {
      const lines = (said + piece).split('\n')

      said = lines.pop()
      for (const line of lines) {
        const [, url] = line.match(/Prism is listening on (http:\/\/[\d.:]+)/) || []

        if (url) resolve(url)
        hear(line)
      }
    })
    child.on('exit', () => reject(new Error(`prism ended: prism proxy ${words.join(' ')}\n${said}`)))
  })
}

// The judge of each file; in front of it, where there are exceptions, a witness with the file as it
// is, who objects to nothing and says what it would have objected to.
async function start (spec) {
  spec.url = await proxy(['--errors', spec.path, sandbox + spec.base], () => {})
  if (spec.exceptions.length) {
    spec.url = await proxy([path.join(folder, spec.file), spec.url], (line) => witness(spec, line))
  }
}

async function main () {
  const server = http.createServer(serve)

  process.on('SIGTERM', close)
  process.on('exit', () => proxies.forEach((one) => one.kill()))
  specs.forEach(prepare)
  await Promise.all(specs.map(start))
  server.listen(0, '127.0.0.1', () => {
    console.log(`judge: ready on http://127.0.0.1:${server.address().port}`)
  })
}

main().catch((error) => {
  console.error(`judge: ${error.message}`)
  process.exit(1)
})
