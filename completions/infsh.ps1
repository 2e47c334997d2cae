# Completion of infsh and infsh-secrets for PowerShell.
Register-ArgumentCompleter -Native -CommandName 'infsh', 'infsh-secrets' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Where-Object {
        $_.Extent.StartOffset -lt $cursorPosition
    })
    $words = @($before | Select-Object -Skip 1 | ForEach-Object {
        $text = $_.Extent.Text
        if ($_.Extent.EndOffset -gt $cursorPosition) {
            $text = $text.Substring(0, $cursorPosition - $_.Extent.StartOffset)
        }
        if ($text -match '^"(.*?)"?$' -or $text -match "^'(.*?)'?$") { $Matches[1] } else { $text }
    })
    # A word that is still empty is none of the elements. Before 7.3 an empty argument gets lost.
    $isNew = $before[-1].Extent.EndOffset -lt $cursorPosition
    if ($isNew) { $words += '""' }
    $program = $commandAst.GetCommandName()
    $reply = @(& $program __complete @words 2>$null)
    if ($reply.Count -and $reply[0] -match '^:command (\d+)$') {
        $count = [int]$Matches[1]
        if ($isNew) { $count -= 1 }
        $line = ''
        if ($count) {
            $begin = $before[-$count].Extent.StartOffset - $commandAst.Extent.StartOffset
            $line = $commandAst.Extent.Text.Substring($begin)
            $line = $line.Substring(0, [Math]::Min($line.Length,
                $cursorPosition - $before[-$count].Extent.StartOffset))
            if ($isNew) { $line += ' ' }
        }
        [System.Management.Automation.CommandCompletion]::CompleteInput(
            $line, $line.Length, $null).CompletionMatches
        return
    }
    $reply | Where-Object { $_ -and $_ -ne ':files' } | ForEach-Object {
        $value, $description = $_ -split "`t", 2
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new(
            $value, $value, 'ParameterValue', $description)
    }
}
