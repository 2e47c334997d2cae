# Completion of infsh and infsh-secrets for PowerShell.
Register-ArgumentCompleter -Native -CommandName infsh, infsh-secrets -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
    $before = @($words | Select-Object -Skip 1)
    if ($wordToComplete -eq '') { $before += '""' }
    & $words[0] __complete @before 2>$null | Where-Object { $_ -and $_ -ne ':files' } |
        ForEach-Object {
            $value, $description = $_ -split "`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new(
                $value, $value, 'ParameterValue', $description)
        }
}
