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
// nothing would have been found, and of calls that should have been made, WORK/corrections.txt
// lists the exceptions with their reasons, and WORK/judged.txt counts both by file.
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

// A word of an exception's `at` as a pattern: a * stands for any text, {id} for a piece of a path.
function pattern (word) {
  const plain = word.replace(/[.?+^$()[\]\\]/g, '\\$&')

  return new RegExp(`^${plain.replace(/{\w+}/g, '[^/]+').replace(/\*/g, '.*')}$`)
}

// The members of a node that a word of `at` names; those of a list go by their own `name`.
function members (node, word) {
  const called = (at) => Array.isArray(node) ? node[at].name : at

  return word in node ? [word] : Object.keys(node).filter((at) => pattern(word).test(called(at)))
}

// One exception: at every place of the file that `at` names, `add` goes into the list, `set` takes the place of what is there, or, with neither, what is there goes.
function correct (node, at, exception) {
  const [word, ...rest] = at
  let count = 0

  for (const one of members(node, word)) {
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

  spec.judged = 0
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

function judge (question, { statusCode: status, headers }, body) {
  const call = `${question.method} ${plain(question.url.split('?')[0])}`
  let said = {}

  calls.add(`${question.method} ${question.url} ${status}`)
  fs.appendFileSync(path.join(work, 'calls.txt'), `${question.method} ${question.url} ${status}\n`)
  if (headers['content-type'] !== 'application/problem+json') return // which the proxies alone say
  try {
    said = JSON.parse(body)
  } catch {
    tell(`${call}: ${body}`)
  }
  if (!said.validation) tell(`${call}: ${plain(`${said.title}: ${said.detail}`)}`)
  for (const one of said.validation || []) {
    tell(`${call}: ${one.location.map((at) => plain(`${at}`)).join('.')}: ${plain(one.message)}`)
  }
}

// What the witness of a file says is "Violation: request.body.0.email must match ...": the member in
// front of the keyword that an exception corrects; in small letters if it is a parameter.
function witness (spec, line) {
  const [, place] = line.toLowerCase().match(/violation: (\S+)/) || []

  for (const exception of spec.exceptions) {
    const member = exception.at.split(' ').slice(-2)[0].toLowerCase()

    if (place && place.endsWith(`.${member}`)) exception.occurs = true
  }
}

// An answer that is something else as a whole: of which call, only the header of the witness tells.
function witnessAll (spec, question, header) {
  const path = question.url.split('?')[0].slice(spec.base.length)

  if (!header || !header.includes('"location":["response","body"]')) return
  for (const exception of spec.exceptions) {
    const [, called, method] = exception.at.split(' ')

    if (exception.at.endsWith(' schema') && method === question.method.toLowerCase() &&
        pattern(called).test(path)) exception.occurs = true
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
  fs.writeFileSync(path.join(work, 'judged.txt'),
    specs.map((one) => `${one.file}: calls ${one.judged}, corrections ${one.exceptions.length}\n`).join(''))
  missing.forEach((call) => tell(`specs.json: the scenario made no call: ${call}`))
  process.exit(0)
}

// ---- the way through

function forward (spec, question, reply) {
  spec.judged++
  const headers = { ...question.headers }
  const target = new URL(spec.url + question.url.slice(spec.base.length))

  delete headers['accept-encoding'] // what is packed, prism does not judge
  const passed = http.request(target, { method: question.method, headers }, (answer) => {
    const pieces = []

    answer.on('data', (piece) => pieces.push(piece))
    answer.on('end', () => {
      const body = Buffer.concat(pieces)

      judge(question, answer, body.toString())
      witnessAll(spec, question, answer.headers['sl-violations'])
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
