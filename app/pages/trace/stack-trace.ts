// A stack trace as its language's runtime prints it, read into what was thrown and where; what is no trace stays text. Pure.

export interface StackFrame {
  /** What ran: `FeatureClient.batchGet`; the line as it is where it can't be told. */
  readonly name: string
  /** `features/client.ts:118`; '' when the line says none. */
  readonly place: string
  /** Of a library or of the runtime, by its path or package. */
  readonly library: boolean
}

/** One thrown thing: its message, the frames nearest first. */
export interface Thrown {
  readonly message: string
  /** It is the cause of the one before it. */
  readonly cause: boolean
  readonly frames: readonly StackFrame[]
  /** Frames that the runtime left out because they are those of the one before it. */
  readonly left: number
}

type Reading = StackFrame | { readonly left: number }

const LIBRARIES =
  /node_modules|node:|internal\/|site-packages|dist-packages|[\\/]lib[\\/]python|<frozen |[\\/]gems[\\/]|[\\/]ruby[\\/]\d|^(?:java|javax|jdk|sun|kotlin|scala|org\.springframework|org\.apache|io\.netty|io\.grpc|io\.opentelemetry|com\.fasterxml|reactor)\.|^(?:System|Microsoft)\.|^(?:runtime|net\/http|google\.golang\.org)[./]|[\\/]go[\\/]src[\\/]|[\\/]pkg[\\/]mod[\\/]/u

/** Longer traces are not read: they stand as text. */
const MOST_CHARACTERS = 200_000

/** Undefined for a text in which no frame is found. */
export function parseStackTrace(text: string): readonly Thrown[] | undefined {
  if (text.length > MOST_CHARACTERS) return undefined
  const thrown: { message: string[]; cause: boolean; frames: StackFrame[]; left: number }[] = []
  const lines = text.split(/\r?\n/u)
  // Python writes the outermost first, and what was thrown below the frames.
  const python = lines.some(line => /^\s*Traceback \(most recent call last\)/u.test(line))
  let open: (typeof thrown)[number] | undefined
  const begin = (message: string, cause: boolean): void => {
    open = { message: message === '' ? [] : [message], cause, frames: [], left: 0 }
    thrown.push(open)
  }
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]
    if (line.trim() === '') continue
    const read = frameOf(line, lines[at + 1])
    if (read !== undefined) {
      if (open === undefined) begin('', false)
      if ('left' in read) open!.left += read.left
      else open!.frames.push(read)
      // Go and Python say where on the next line, and Python the line of code.
      if (
        /^\s+File "/u.test(line) &&
        /^\s{4,}\S/u.test(lines[at + 1] ?? '') &&
        !/^\s+File "/u.test(lines[at + 1] ?? '')
      )
        at++
      else if (GO_FRAME.test(line) && GO_PLACE.test(lines[at + 1] ?? '')) at++
      continue
    }
    if (python) {
      if (/^\s*Traceback \(most/u.test(line)) begin('', false)
      else if (!/^(?:During handling|The above exception)/u.test(line) && open !== undefined)
        open.message.push(line.trim())
      continue
    }
    const cause = /^\s*(?:Caused by|Suppressed): (.*)$/u.exec(line)
    if (cause !== null) begin(cause[1], true)
    else if (open === undefined || open.frames.length > 0) begin(line.trim(), /^\s*\[cause\]:/u.test(line))
    else open.message.push(line.trim())
  }
  if (!thrown.some(({ frames }) => frames.length > 0)) return undefined
  const all = thrown.map(({ message, cause, frames, left }) => ({
    message: message.join('\n'),
    cause,
    frames: python ? frames.toReversed() : frames,
    left,
  }))
  // Its last one is what came out; those before are its causes.
  return python ? all.toReversed().map((one, at) => ({ ...one, cause: at > 0 })) : all
}

const GO_FRAME = /^(?:created by )?[\w./*()-]+\.[\w.*()·-]+(?:\([^)]*\))?(?: in goroutine \d+)?$/u
const GO_PLACE = /^\s+(\S+\.go:\d+)(?: \+0x[\da-f]+)?$/u

function frameOf(line: string, next: string | undefined): Reading | undefined {
  const left = /^\s*\.\.\. (\d+) (?:more|common frames omitted|lines matching)/u.exec(line)
  if (left !== null) return { left: Number(left[1]) }
  // JavaScript, Java, .NET: "at name (place)", "at name in place", "at place".
  const at = /^\s*at (?:async )?(.+)$/u.exec(line)
  // Node opens the fields of an error behind its last frame.
  if (at !== null) return frameAt(at[1].replace(/\s*\{$/u, '').trim())
  const python = /^\s+File "([^"]+)", line (\d+)(?:, in (.+))?$/u.exec(line)
  if (python !== null) return frame(python[3] ?? '<module>', `${python[1]}:${python[2]}`)
  const ruby = /^\s*(?:from )?(\S+?\.rb:\d+):in [`'](.+)'$/u.exec(line)
  if (ruby !== null) return frame(ruby[2], ruby[1])
  const go = next === undefined ? null : GO_PLACE.exec(next)
  return go !== null && GO_FRAME.test(line) ? frame(line.replace(/\(0x.*\)$|\(\.\.\.\)$|\(\)$/u, ''), go[1]) : undefined
}

function frameAt(text: string): StackFrame {
  const called = /^(.*?)\s*\(([^()]*(?:\([^()]*\))?[^()]*)\)$/u.exec(text)
  const dotnet = /^(.+\)) in (.+):line (\d+)$/u.exec(text)
  if (dotnet !== null) return frame(dotnet[1].replace(/\(.*\)$/u, ''), `${dotnet[2]}:${dotnet[3]}`)
  if (called === null) return /:\d+(?::\d+)?$/u.test(text) ? frame('', text) : frame(text, '')
  // The parameters of a .NET method without a place are no place.
  if (!/:\d+|\.(?:java|kt|scala|[cm]?[jt]sx?)$|^(?:Native Method|Unknown Source|native|<anonymous>)/u.test(called[2])) {
    return frame(called[1], '')
  }
  return frame(called[1], called[2])
}

function frame(name: string, place: string): StackFrame {
  const library = LIBRARIES.test(place) || LIBRARIES.test(name)
  return { name: name === '' ? '<anonymous>' : name, place: shortPlace(place), library }
}

/** The last two parts of a path, its line, not its column. */
function shortPlace(place: string): string {
  const path = place.replace(/^file:\/\//u, '').replace(/(:\d+):\d+$/u, '$1')
  const parts = path.split(/[\\/]/u)
  return parts.slice(-2).join('/')
}

/** Frames for reading: runs of libraries' frames are one entry. */
export type StackLine = StackFrame | { readonly hidden: readonly StackFrame[] }

/** So many frames of libraries in a row are put together; one or two are read at once. */
const LEAST_HIDDEN = 3

export function foldFrames(frames: readonly StackFrame[]): readonly StackLine[] {
  const lines: StackLine[] = []
  for (let at = 0; at < frames.length;) {
    let end = at
    while (end < frames.length && frames[end].library) end++
    if (end - at >= LEAST_HIDDEN) {
      lines.push({ hidden: frames.slice(at, end) })
      at = end
    } else lines.push(frames[at++])
  }
  return lines
}
