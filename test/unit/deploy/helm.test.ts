import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

const CHART = resolve(import.meta.dirname, '../../../deploy/helm/quorate')
const folder = mkdtempSync(join(tmpdir(), 'quorate-helm-'))
const config = join(folder, 'node.toml')
writeFileSync(config, '[metrics]\nlisten = "0.0.0.0:9100"\n')
afterAll(() => rmSync(folder, { recursive: true }))

/** A helm that was built without a release knows no version of Kubernetes. */
const CLUSTER = ['--kube-version', '1.30.0']
const found = spawnSync('helm', ['version']).status === 0
if (!found) console.error('skipped: the chart is rendered where helm is installed')

interface Resource {
  kind: string
  metadata: { name: string; labels: Record<string, string> }
  spec: Record<string, unknown>
  data?: Record<string, string>
}

function helm(command: readonly string[], values: Record<string, string>) {
  const sets = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  return spawnSync('helm', [...command, ...CLUSTER, ...sets], { encoding: 'utf8' })
}

function render(values: Record<string, string>): Resource[] {
  const { status, stdout, stderr } = helm(['template', 'ward', CHART, '--set-file', `config=${config}`], {
    'keys.existingSecret': 'ward-keys',
    ...values,
  })
  expect(status, stderr).toBe(0)
  return parseAllDocuments(stdout).map((document) => document.toJS() as Resource)
}

const kinds = (resources: readonly Resource[]): string[] => resources.map(({ kind }) => kind).toSorted()
const one = (resources: readonly Resource[], kind: string): Resource => resources.find((resource) => resource.kind === kind)!

/** What the tests look at of a pod. */
interface Pod {
  securityContext: Record<string, unknown>
  containers: {
    args: string[]
    ports: { name: string; containerPort: number }[]
    livenessProbe: { httpGet: { path: string; port: string } }
    readinessProbe: { httpGet: { path: string; port: string } }
    securityContext: Record<string, unknown>
    volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[]
  }[]
  volumes: { name: string; secret?: { secretName: string } }[]
}

function podOf(resources: readonly Resource[]): Pod {
  return (one(resources, 'StatefulSet').spec['template'] as { spec: Pod }).spec
}

describe.skipIf(!found)('the Helm chart', () => {
  it.each(['coordinator', 'member'])('passes the strict lint as a %s', (role) => {
    const { status, stdout, stderr } = helm(['lint', CHART, '--strict', '--set-file', `config=${config}`], {
      role,
      'keys.existingSecret': 'ward-keys',
    })
    expect(status, stdout + stderr).toBe(0)
  })

  it('renders a member: one pod without rights, keys of a Secret, a claim, two services, policy and budget', () => {
    const resources = render({})
    expect(kinds(resources)).toEqual([
      'ConfigMap',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'Service',
      'Service',
      'StatefulSet',
    ])
    expect(one(resources, 'StatefulSet').spec['replicas']).toBe(1)
    const pod = podOf(resources)
    const [node] = pod.containers
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10_001, fsGroup: 10_001 })
    expect(node!.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false })
    expect(node!.args).toEqual(['member', 'run', '--config', '/etc/quorate/member.toml'])
    expect(one(resources, 'ConfigMap').data).toHaveProperty(['member.toml'])
    expect(pod.volumes.find(({ name }) => name === 'keys')!.secret!.secretName).toBe('ward-keys')
    expect(node!.volumeMounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath)).toEqual([
      '/var/lib/quorate',
      '/tmp',
    ])
  })

  it('probes health and readiness where the node serves them', () => {
    const [node] = podOf(render({ 'service.metricsPort': '9200' })).containers
    expect(node!.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' })
    expect(node!.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'metrics' })
    expect(node!.ports).toContainEqual({ name: 'metrics', containerPort: 9200 })
  })

  it('renders a coordinator with its gRPC port, and what is off by default', () => {
    const member = JSON.stringify(render({}))
    expect(member).not.toContain('grpc')
    const resources = render({
      role: 'coordinator',
      'serviceMonitor.enabled': 'true',
      'tls.existingSecret': 'ward-tls',
      'dataset.persistentVolumeClaim.claimName': 'records',
      'binaryFiles.genesis\\.i32': 'AAAA',
      'files.spec\\.json': 'text',
    })
    expect(kinds(resources)).toContain('ServiceMonitor')
    const services = resources.filter(({ kind }) => kind === 'Service').map(({ spec }) => JSON.stringify(spec['ports']))
    expect(services.filter((ports) => ports.includes('"grpc"'))).toHaveLength(1)
    const [node] = podOf(resources).containers
    expect(node!.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(
      expect.arrayContaining(['/var/lib/quorate/state/tls', '/dataset']),
    )
  })

  it('leaves out what is turned off', () => {
    const resources = render({
      'networkPolicy.enabled': 'false',
      'podDisruptionBudget.enabled': 'false',
      'persistence.existingClaim': 'old',
    })
    expect(kinds(resources)).toEqual(['ConfigMap', 'Service', 'Service', 'StatefulSet'])
  })

  it('names what is missing: a configuration, a Secret, a role that exists', () => {
    const wrong: Record<string, string>[] = [
      {},
      { 'keys.existingSecret': 'k' },
      { config: 'x', 'keys.existingSecret': 'k', role: 'operator' },
    ]
    for (const values of wrong) {
      const { status, stderr } = helm(['template', 'ward', CHART], values)
      expect(status).not.toBe(0)
      expect(stderr).toContain('schema')
    }
  })
})
